"""``make check`` runs the commands of CI in order, and stops at the first failure."""

import shutil
import subprocess
from typing import Any

import pytest

from dev import check

Commands = list[list[str]]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The commands that were run; mypy fails if it is in the list."""
    commands: Commands = []

    def run(command: list[str], env: dict[str, str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        assert env["UV_LOCKED"] == "1"
        commands.append(command)
        return subprocess.CompletedProcess(command, returncode=3 if "mypy" in command else 0)

    monkeypatch.setenv("UV", "/opt/uv")
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(shutil, "which", lambda program: None if program == "go" else program)
    return commands


def test_it_stops_at_the_first_failure(ran: Commands) -> None:
    with pytest.raises(SystemExit) as exit_info:
        check.main()
    assert exit_info.value.code == 3
    assert [command[2] for command in ran] == ["ruff", "ruff", "mypy"]
    assert {command[0] for command in ran} == {"/opt/uv"}


def test_a_command_without_its_program_is_skipped(
    ran: Commands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "COMMANDS", [line for line in check.COMMANDS if "mypy" not in line])
    check.main()
    assert len(ran) == len(check.COMMANDS) - 1
    assert "Skipped, because go is not installed: go run " in capsys.readouterr().out
