"""The database: its migrations match the models; an unavailable or locked database is 503, not 500."""

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

import dev.migrations
from tests.core.database_server import LOCK_TIMEOUT
from tests.core.package import core
from tests.core.registry import downgrade_all, migrator, migrator_of, registered
from tests.core.service import MIGRATIONS, create_app

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
Later = Callable[[float], AbstractContextManager[None]]


def test_the_migrations_create_the_tables_of_the_models(app: Flask) -> None:
    assert _changes(app) == {"core": [], "service": []}


def test_the_migrations_can_be_reverted(app: Flask) -> None:
    migrations = migrator(app)
    try:
        downgrade_all(migrations)
    finally:
        migrations.upgrade()
    assert _changes(app) == {"core": [], "service": []}


def _changes(app: Flask) -> dict[str, list[str]]:
    migrations = migrator(app)
    with registered(app, "Database").connect() as connection:
        return {branch: migrations.changes(branch, connection) for branch in migrations.branches}


FAILURES = {
    "closed": OperationalError("SELECT 1", {}, Exception("the server closed the connection")),
    "no connection left": NoConnection("the pool is exhausted"),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_an_unavailable_database_is_503_and_reported_by_readyz(
    make_app: MakeApp, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    app = make_app()
    me, client = caller(app=app), app.test_client()

    def fail() -> None:
        raise failure

    database = registered(app, "Database")
    monkeypatch.setattr(database.reader, "connect", fail)
    monkeypatch.setattr(database.engine, "begin", fail)
    response = me.get("/api/v1/probes")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "1"
    assert response.json["type"] == "/problems/unavailable"
    assert client.get("/healthz").status_code == 200
    health = client.get("/readyz")
    assert health.status_code == 503
    assert health.json["dependencies"]["database"] == "unavailable"


@pytest.fixture
def newer_app(environ: dict[str, str], app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The application with one more migration, which is empty. (The application itself may have none.)"""
    migrations = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    core_branch, service_branch = registered(app, "Branches").values()
    branch = core.database.branches.Branch("service", migrations, service_branch.metadata)
    branches = core.database.Branches(environ["APP_DATABASE_URL"], [core_branch, branch])
    dev.migrations.revision(migrator_of(branches), "service", "newest", empty=True)
    newer = create_app(environ, migrations=migrations)
    yield newer
    registered(newer, "Database").close()


def test_a_database_is_ready_as_soon_as_it_has_the_newest_migrations(newer_app: Flask, later: Later) -> None:
    """The service may start before the migrations run."""
    client, migrations = newer_app.test_client(), migrator(newer_app)
    health = client.get("/readyz", base_url="https://localhost")
    migrations.upgrade()
    try:
        with later(2):
            assert client.get("/readyz", base_url="https://localhost").status_code == 200
    finally:
        migrations.downgrade("service")
    assert health.status_code == 503
    assert health.json["dependencies"]["database"] == "unavailable"


def test_a_database_of_a_newer_version_is_ready(make_app: MakeApp) -> None:
    """Otherwise the previous version could not be deployed again."""
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


def test_the_revisions_are_not_queried_again_once_they_are_complete(make_app: MakeApp, later: Later) -> None:
    app = make_app()
    client, database = app.test_client(), registered(app, "Database")
    statements: list[str] = []
    event.listen(database.reader, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    assert client.get("/readyz").status_code == 200
    assert any("alembic_version" in one for one in statements)
    statements.clear()
    with later(2):
        assert client.get("/readyz").status_code == 200
    assert statements == ["SELECT 1"]


@pytest.mark.usefixtures("without_tables")
def test_an_empty_database_is_not_ready(newer_app: Flask) -> None:
    assert newer_app.test_client().get("/readyz", base_url="https://localhost").status_code == 503


def test_a_best_effort_write_has_a_short_lock_timeout(app: Flask, service: ModuleType) -> None:
    timeouts = []
    with app.app_context():
        for transaction in (service.core.database.best_effort, service.core.database.transaction):
            with transaction() as connection:
                timeouts.append(int(connection.scalar(text(LOCK_TIMEOUT))))
    assert timeouts == [100, 5000]


def test_one_thread_at_a_time_tries_an_unavailable_database(make_app: MakeApp, caller: MakeCaller) -> None:
    """Other requests get 503 at once, so that threads remain free for requests that do not use the database."""
    app = make_app()
    me, database = caller(app=app), registered(app, "Database")
    with pytest.raises(ServiceUnavailable), database.connect():
        raise OperationalError(None, None, Exception("connection refused"))
    with ThreadPoolExecutor(1) as pool:
        with database.connect(), database.connect():
            assert pool.submit(me.get, "/api/v1/probes").result().status_code == 503
            assert pool.submit(me.get, "/healthz").result().status_code == 200
        assert pool.submit(me.get, "/api/v1/probes").result().status_code == 200


@pytest.mark.parametrize(
    ("statement", "line"),
    [(None, "the database is unavailable: the reason"), ("SELECT 1", "a statement failed: the reason")],
)
def test_the_log_has_the_reason_for_an_unavailable_or_locked_database(
    app: Flask, capsys: pytest.CaptureFixture[str], statement: str | None, line: str
) -> None:
    database = registered(app, "Database")
    with pytest.raises(ServiceUnavailable), database.connect():
        raise OperationalError(statement, {}, Exception("the reason"))
    with database.connect():
        pass
    output = capsys.readouterr().out
    assert output.count(line) == output.count("the reason") == 1


def test_every_thread_has_a_connection(make_app: MakeApp) -> None:
    database = registered(make_app(server_threads="20"), "Database")
    assert database.reader.pool.size() == database.engine.pool.size() == 20


def test_a_timestamp_without_a_time_zone_is_rejected(service: ModuleType) -> None:
    with pytest.raises(ValueError, match="zone"):
        service.core.database.UTCDateTime().process_bind_param(datetime(2026, 1, 1), None)
