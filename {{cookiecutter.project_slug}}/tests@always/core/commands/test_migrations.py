"""``flask db`` answers with what was asked for, and tells in a sentence what it cannot do."""

from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.core.fixtures import downgrade_all
from tests.core.registry import registered

MakeApp = Callable[..., Flask]


def run(app: Flask, *arguments: str) -> Result:
    with app.app_context():  # which the ``flask`` command gives to every command
        return app.test_cli_runner().invoke(args=["db", *arguments])


@pytest.mark.parametrize("command", ["upgrade", "downgrade", "stamp", "show"])
def test_a_revision_that_is_not_there_is_told_in_a_sentence(app: Flask, command: str) -> None:
    done = run(app, command, "nosuch")
    assert done.exit_code == 1
    assert done.stderr == "Error: Can't locate revision identified by 'nosuch'.\n"


@pytest.mark.parametrize("command", ["upgrade", "current", "check", "stamp"])
def test_a_database_that_is_away_is_told_in_a_sentence(
    make_app: MakeApp, service: ModuleType, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def away() -> None:
        raise OperationalError(None, None, Exception("connection refused\n\tIs the server running?"))

    app = make_app()
    monkeypatch.setattr(registered(app, "Database").reader, "connect", away)
    monkeypatch.setattr(service.core.database.engine, "for_migrations", lambda _url: SimpleNamespace(connect=away))
    done = run(app, command)
    assert done.exit_code == 1
    assert done.stderr == "Error: The database does not answer: connection refused.\n"


@pytest.mark.usefixtures("without_tables")
def test_a_migration_that_the_database_refuses_is_told_in_a_sentence(app: Flask) -> None:
    database = registered(app, "Database")
    with database.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE items (id INTEGER)")
    try:
        done = run(app, "upgrade")
    finally:
        with database.transaction() as connection:
            connection.exec_driver_sql("DROP TABLE items")
    assert done.exit_code == 1
    assert "Error: The database refuses: " in done.stderr
    assert "items" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", ["current", "check", "upgrade"])
def test_nothing_is_said_before_the_answer(app: Flask, command: str) -> None:
    done = run(app, command)
    assert done.exit_code == 0
    assert done.stderr == ""


def test_each_migration_is_a_line_of_the_journal(app: Flask) -> None:
    """Also where ``flask db upgrade`` stands in a script that keeps what it says."""
    downgrade_all(registered(app, "Migrator"))
    done = run(app, "upgrade")
    assert done.exit_code == 0
    assert "Running upgrade" in done.stderr
    assert "Context impl" not in done.stderr
