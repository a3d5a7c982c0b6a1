"""``make check`` runs the commands of CI in order, and stops at the first failure."""

import shutil
import subprocess
from typing import Any

import pytest

from dev import check

Commands = list[list[str]]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The commands that were run; mypy and the audit fail."""
    commands: Commands = []

    def run(command: list[str], env: dict[str, str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        assert env["UV_LOCKED"] == "1"
        commands.append(command)
        return subprocess.CompletedProcess(command, returncode=3 if {"mypy", "audit"}.intersection(command) else 0)

    monkeypatch.setenv("UV", "/opt/uv")
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(shutil, "which", lambda program: None if program == "go" else program)
    return commands


def test_it_stops_at_the_first_failure(ran: Commands) -> None:
    with pytest.raises(SystemExit) as exit_info:
        check.main()
    assert exit_info.value.code == "Failed with exit status 3: uv run mypy."
    assert [command[2] for command in ran] == ["ruff", "ruff", "mypy"]
    assert {command[0] for command in ran} == {"/opt/uv"}


def test_a_failure_of_a_command_that_needs_the_network_says_so(ran: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "COMMANDS", [line for line in check.COMMANDS if "mypy" not in line])
    with pytest.raises(SystemExit, match=r"uv audit --no-dev\. It asks https://api\.osv\.dev .* is offline, only"):
        check.main()
    assert ran[-1][1] == "audit"
    commands = {" ".join(line.split()[:2]) for line in check.COMMANDS}
    assert commands.issuperset(check.REQUESTS)


def test_a_command_without_its_program_is_skipped(
    ran: Commands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "COMMANDS", check.COMMANDS[:2] + check.COMMANDS[-1:])
    check.main()
    assert len(ran) == len(check.COMMANDS) - 1
    assert "All checks passed.\nSkipped, because go is not installed: go run " in capsys.readouterr().out
