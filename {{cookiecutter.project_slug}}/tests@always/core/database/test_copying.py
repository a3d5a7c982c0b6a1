"""``flask db copy`` moves all rows of another database into an empty one, or none."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Table, func, select

import dev.copying
from tests.core.package import core
from tests.core.registry import migrator, registered
from tests.core.service import create_app

MakeCaller = Callable[..., FlaskClient]


@pytest.fixture
def source(app: Flask, caller: MakeCaller) -> str:
    """The URL of the database of ``app``, which contains rows."""
    caller()
    url: str = core.settings.get_settings(app, core.settings.Settings).database_url
    return url


@pytest.fixture
def target(environ: dict[str, str], empty_database: str) -> Iterator[Flask]:
    """An application with an empty database."""
    target = create_app({**environ, "APP_DATABASE_URL": empty_database})
    yield target
    registered(target, "Database").close()


def copy(app: Flask, source: str) -> Result:
    with app.app_context():
        return app.test_cli_runner().invoke(args=["db", "copy", source])


def rows(app: Flask) -> dict[str, int]:
    """Return the number of rows of each table."""
    with registered(app, "Database").reader.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for branch in registered(app, "Branches").values()
            for table in branch.metadata.sorted_tables
        }


def test_all_rows_are_copied(app: Flask, target: Flask, source: str) -> None:
    migrator(target).upgrade()
    copied = copy(target, source)
    assert copied.exit_code == 0, copied.output
    assert rows(target) == rows(app)
    assert {line.split()[1]: int(line.split()[0]) for line in copied.stdout.splitlines()} == rows(app)
    assert any(rows(app).values()) or not core.database.CoreBase.metadata.tables
    for table in core.database.CoreBase.metadata.sorted_tables:
        both = []
        for each in (app, target):
            with registered(each, "Database").reader.connect() as connection:
                both.append({tuple(row) for row in connection.execute(select(table))})
        assert both[0] == both[1]


def test_the_source_is_read_in_batches_and_without_time_limits(
    target: Flask, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrator(target).upgrade()
    batches: list[int] = []
    engine, copying = core.database.engine, dev.copying
    monkeypatch.setattr(copying, "BATCH", 1)
    monkeypatch.setattr(engine, "STATEMENT_TIMEOUT", 1, raising=False)
    insert = copying.insert
    monkeypatch.setattr(copying, "insert", lambda table: [batches.append(1), insert(table)][1])
    copied = copy(target, source)
    assert copied.exit_code == 0, copied.output
    assert len(batches) == sum(rows(target).values())


def test_rows_that_are_added_meanwhile_are_noticed(
    app: Flask, target: Flask, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrator(target).upgrade()
    callers = [table for table in core.database.CoreBase.metadata.sorted_tables if table.name in ("keys", "clients")]
    if not callers:
        return  # this service stores no callers
    before = list(callers)
    continue_sequence = dev.copying.continue_sequence

    def add(connection: Connection, table: Table) -> None:
        continue_sequence(connection, table)
        while before:  # the rows are counted again
            changed = before.pop()
            with registered(app, "Database").transaction() as other:
                row = other.execute(select(changed)).mappings().first()
                assert row is not None
                other.execute(changed.insert().values({**row, "id": row["id"][::-1]}))

    monkeypatch.setattr(dev.copying, "continue_sequence", add)
    refused = copy(target, source)
    assert refused.exit_code == 1
    assert "has changed meanwhile" in refused.stderr
    assert not any(rows(target)[table.name] for table in callers)


def test_a_database_with_rows_is_not_changed(target: Flask, source: str) -> None:
    migrator(target).upgrade()
    copy(target, source)
    before = rows(target)
    if not any(before.values()):
        return  # this service stores no callers
    refused = copy(target, source)
    assert refused.exit_code == 1
    assert "The target is not empty: the table " in refused.stderr
    assert rows(target) == before


def test_a_database_is_not_copied_into_itself(app: Flask, source: str) -> None:
    refused = copy(app, source)
    assert refused.exit_code == 1
    assert refused.stderr == "Error: The source is the database of this service. Pass the URL of the other one.\n"


def test_a_database_without_the_migrations_is_refused(app: Flask, target: Flask, source: str) -> None:
    if not rows(app):
        return  # this service has no migrations that could be missing
    refused = copy(target, source)
    assert refused.exit_code == 1
    assert "The target is not ready: " in refused.stderr
    assert "branch of the database is at base" in refused.stderr


@pytest.mark.parametrize("url", ["", "nosuch://host/name", "not a url"])
def test_an_invalid_source_is_reported_in_one_sentence(target: Flask, url: str) -> None:
    refused = copy(target, url)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: Cannot open the source: ")
    assert refused.stderr.count("\n") == 1
