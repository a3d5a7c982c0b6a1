"""The database: migrations that match the models, a lock or an absence that is 503 and not 500."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import ServiceUnavailable

from tests.core.database_server import MILLISECONDS_TO_WAIT
from tests.core.fixtures import downgrade_all
from tests.core.package import core
from tests.core.registry import registered
from tests.core.service import MIGRATIONS, create_app

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
Later = Callable[[float], AbstractContextManager[None]]


def test_the_migrations_make_the_tables_that_the_models_describe(app: Flask) -> None:
    assert _changes(app) == {"core": [], "service": []}


def test_the_migrations_can_be_taken_back(app: Flask) -> None:
    migrator = registered(app, "Migrator")
    try:
        downgrade_all(migrator)
    finally:
        migrator.upgrade()
    assert _changes(app) == {"core": [], "service": []}


def _changes(app: Flask) -> dict[str, list[str]]:
    migrator = registered(app, "Migrator")
    with registered(app, "Database").connect() as connection:
        return {branch: migrator.changes(branch, connection) for branch in migrator.branches}


FAULTS = {
    "closed": OperationalError("SELECT 1", {}, Exception("the server closed the connection")),
    "no connection left": NoConnection("the pool is exhausted"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_database_that_is_away_is_503_and_the_probe_tells(
    make_app: MakeApp, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    app = make_app()
    me, client = caller(app=app), app.test_client()

    def away() -> None:
        raise fault

    database = registered(app, "Database")
    monkeypatch.setattr(database.reader, "connect", away)
    monkeypatch.setattr(database.engine, "begin", away)
    refused = me.get("/api/v1/probes")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "1"
    assert refused.json["type"] == "/problems/unavailable"
    assert client.get("/healthz").status_code == 200
    probe = client.get("/readyz")
    assert probe.status_code == 503
    assert probe.json["dependencies"]["database"] == "unavailable"


@pytest.fixture
def newer_app(environ: dict[str, str], app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The application with one more migration, which is empty. (The application itself may have none.)"""
    migrations = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    core_branch, service_branch = registered(app, "Migrator").branches.values()
    branch = core.database.branches.Branch("service", migrations, service_branch.metadata)
    migrator = core.database.Migrator(environ["APP_DATABASE_URL"], [core_branch, branch])
    migrator.revision("service", "newest", empty=True)
    newer = create_app(environ, migrations=migrations)
    yield newer
    registered(newer, "Database").close()


def test_a_database_is_ready_as_soon_as_it_has_the_newest_migrations(newer_app: Flask, later: Later) -> None:
    """The service may start before the migrations run."""
    client, migrator = newer_app.test_client(), registered(newer_app, "Migrator")
    probe = client.get("/readyz", base_url="https://localhost")
    migrator.upgrade()
    try:
        with later(2):
            assert client.get("/readyz", base_url="https://localhost").status_code == 200
    finally:
        migrator.downgrade("service")
    assert probe.status_code == 503
    assert probe.json["dependencies"]["database"] == "unavailable"


def test_a_database_of_a_newer_version_is_ready(make_app: MakeApp) -> None:
    """Else the version before could not come back."""
    app = make_app()
    database = registered(app, "Database")
    rename = text("UPDATE alembic_version SET version_num = :new WHERE version_num = :old")
    with database.connect() as connection:
        ours = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    renamed: list[dict[str, str]] = []
    try:
        for revision in ours:
            renamed.append({"old": revision, "new": f"newer {revision}"})
            with database.transaction() as connection:
                connection.execute(rename, renamed[-1])
            assert app.test_client().get("/readyz").status_code == 200
    finally:
        with database.transaction() as connection:
            for each in renamed:
                connection.execute(rename, {"old": each["new"], "new": each["old"]})


def test_tables_that_were_there_are_not_looked_for_again(make_app: MakeApp, later: Later) -> None:
    app = make_app()
    client, database = app.test_client(), registered(app, "Database")
    asked: list[str] = []
    event.listen(database.reader, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert client.get("/readyz").status_code == 200
    assert any("alembic_version" in one for one in asked)
    asked.clear()
    with later(2):
        assert client.get("/readyz").status_code == 200
    assert asked == ["SELECT 1"]


@pytest.mark.usefixtures("without_tables")
def test_an_empty_database_is_not_ready(newer_app: Flask) -> None:
    assert newer_app.test_client().get("/readyz", base_url="https://localhost").status_code == 503


def test_what_is_written_in_passing_hardly_waits_for_another(app: Flask, service: ModuleType) -> None:
    patience = []
    with app.app_context():
        for transaction in (service.core.database.best_effort, service.core.database.transaction):
            with transaction() as connection:
                patience.append(int(connection.scalar(text(MILLISECONDS_TO_WAIT))))
    assert patience == [100, 5000]


def test_one_thread_at_a_time_tries_a_database_that_is_away(make_app: MakeApp, caller: MakeCaller) -> None:
    """The others are refused at once: each would wait, and none would be left for what needs no database."""
    app = make_app()
    me, database = caller(app=app), registered(app, "Database")
    with pytest.raises(ServiceUnavailable), database.connect():
        raise OperationalError(None, None, Exception("connection refused"))
    with ThreadPoolExecutor(1) as another:
        with database.connect(), database.connect():
            assert another.submit(me.get, "/api/v1/probes").result().status_code == 503
            assert another.submit(me.get, "/healthz").result().status_code == 200
        assert another.submit(me.get, "/api/v1/probes").result().status_code == 200


@pytest.mark.parametrize(("statement", "lines"), [(None, 1), ("SELECT 1", 0)])
def test_the_journal_tells_why_a_database_is_away_and_nothing_of_one_that_is_locked(
    app: Flask, capsys: pytest.CaptureFixture[str], statement: str | None, lines: int
) -> None:
    database = registered(app, "Database")
    with pytest.raises(ServiceUnavailable), database.connect():
        raise OperationalError(statement, {}, Exception("the reason"))
    with database.connect():
        pass
    assert capsys.readouterr().out.count("the database does not answer: the reason") == lines


def test_every_thread_has_a_connection(make_app: MakeApp) -> None:
    database = registered(make_app(server_threads="20"), "Database")
    assert database.reader.pool.size() == database.engine.pool.size() == 20


def test_a_moment_without_a_zone_is_refused(service: ModuleType) -> None:
    with pytest.raises(ValueError, match="zone"):
        service.core.database.UTCDateTime().process_bind_param(datetime(2026, 1, 1), None)
