"""``make run`` says in a sentence why it does not start."""

import click
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from dev import run


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OperationalError("SELECT 1", {}, OSError("no answer\nIs the server running?")), ": no answer"),
        (PermissionError(13, "Permission denied"), ": [Errno 13] Permission denied"),
        (click.ClickException("There is no such thing."), ""),
    ],
)
def test_a_command_that_fails_is_told_in_a_sentence(
    app: Flask, monkeypatch: pytest.MonkeyPatch, failure: Exception, told: str
) -> None:
    @app.cli.command("stumble")
    def stumble() -> None:
        raise failure

    monkeypatch.setattr(run, "service", lambda: app)
    with pytest.raises(SystemExit) as ended:
        run.flask("stumble")
    said = str(ended.value)
    assert said.endswith(f"Not started: flask stumble failed{told}.")
    assert ("There is no such thing." in said) == (not told)
