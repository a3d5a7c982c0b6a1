"""``make run`` reports in one sentence why it cannot start the service."""

import socket
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from dev import run, service

MakeApp = Callable[..., Flask]


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (OperationalError("SELECT 1", {}, OSError("no answer\nIs the server running?")), ": no answer"),
        (PermissionError(13, "Permission denied"), ": [Errno 13] Permission denied"),
        (click.ClickException("The key does not exist."), ""),
    ],
)
def test_a_failed_command_is_explained(
    app: Flask, monkeypatch: pytest.MonkeyPatch, failure: Exception, reason: str
) -> None:
    @app.cli.command("fail")
    def fail() -> None:
        raise failure

    monkeypatch.setattr(service, "application", lambda: app)
    with pytest.raises(SystemExit) as exit_info:
        service.flask("fail")
    message = str(exit_info.value)
    assert message.endswith(f"`flask fail` failed{reason}.")
    assert ("The key does not exist." in message) == (not reason)


def test_a_used_port_is_reported_before_anything_is_printed(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        used.listen()
        port = used.getsockname()[1]
        app = make_app(environment="development", server_port=str(port))
        monkeypatch.setattr(service, "application", lambda: app)
        monkeypatch.setattr(run, "create_files", lambda: ["Created .env with new secrets."])
        with pytest.raises(SystemExit) as exit_info:
            run.main()
    assert f"port {port} of 127.0.0.1" in str(exit_info.value)
    assert "Set APP_SERVER_PORT to another port." in str(exit_info.value)
    assert capsys.readouterr().out == ""


def test_production_is_refused_before_anything_is_printed(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The credential would be created in the database of production."""
    app, commands = make_app(), list[tuple[str, ...]]()
    monkeypatch.setattr(service, "application", lambda: app)
    monkeypatch.setattr(service, "flask", lambda *arguments, **_: commands.append(arguments))
    with pytest.raises(SystemExit, match="APP_ENVIRONMENT is production"):
        run.prepare(["Created .env with new secrets."])
    assert (commands, capsys.readouterr().out) == ([], "")


def test_a_missing_certificate_is_reported_in_one_sentence(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = make_app(server_certificate=str(tmp_path / "server.pem"))
    monkeypatch.setattr(service, "application", lambda: app)
    with pytest.raises(SystemExit, match=r"Not started: .*server\.pem does not exist"):
        service.tls_context()
