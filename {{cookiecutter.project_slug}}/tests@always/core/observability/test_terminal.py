"""Log lines as text for a terminal."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from types import ModuleType

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]


def test_text_is_readable_and_contains_no_control_characters(
    make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    client = make_app(log_format="text").test_client()
    client.get("/healthz")
    client.get("/%1b[2J%0a12:00:00 info")
    logging.getLogger("some.library").error("it failed", exc_info=ValueError("\x1b[2J"))
    first, second, third, *traceback = capsys.readouterr().out.splitlines()
    assert " info     GET /healthz 200 " in first
    assert "/\\x1b[2J\\n12:00:00 info 404" in second
    assert " error    log it failed logger=some.library" in third
    assert traceback == ["    ValueError: \\x1b[2J"]
    make_app()


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_the_level_is_coloured_unless_no_color_is_set(
    service: ModuleType, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    record = {"time": datetime.now(UTC), "level": "warning", "event": "authz_fail", "reason": "the scope is missing"}
    line = service.core.observability.terminal.line(record, colour=True)
    assert ("\x1b[33mwarning \x1b[0m authz_fail the scope is missing" in line) is coloured
    assert "\x1b" not in service.core.observability.terminal.line(record, colour=False)
