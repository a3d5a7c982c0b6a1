"""The service behind PgBouncer in transaction mode, where each transaction may have another session of the server."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url

from tests.core.real_server import HOST, own_folder, program, running, unprivileged
from tests.core.registry import migrator, registered
from tests.core.service import create_app

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
Pooler = Callable[..., AbstractContextManager[str]]

CONFIGURATION = """
[databases]
* = host={host} port={server_port} user={user} password={password}
[pgbouncer]
listen_addr = {listen}
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 4
ignore_startup_parameters = {ignored}
"""


@pytest.fixture
def pooler(database_url: str) -> Pooler:
    """Start PgBouncer in front of the database, and yield the URL through it."""
    url = make_url(database_url)

    @contextmanager
    def start(ignored: str = "", mode: str = "transaction") -> Iterator[str]:
        binary, user = program("pgbouncer", Path("/usr/sbin")), unprivileged()
        with own_folder(user) as folder:

            def command(port: int) -> list[str]:
                text = CONFIGURATION.format(
                    host=url.host,
                    server_port=url.port or 5432,
                    user=url.username,
                    password=url.password,
                    listen=HOST,
                    port=port,
                    ignored=ignored,
                    mode=mode,
                )
                (folder / "pgbouncer.ini").write_text(text)
                return [binary, str(folder / "pgbouncer.ini")]

            with running(command, user=user) as port:
                yield url.set(host=HOST, port=port).render_as_string(hide_password=False)

    return start


def test_every_request_succeeds_under_load(pooler: Pooler, make_app: MakeApp, caller: MakeCaller) -> None:
    with pooler() as url:
        app = make_app(database_url=url, database_pooler="true", server_threads="8")
        clients = [caller(app=app) for _ in range(8)]

        def call(number: int) -> int:
            client = clients[number % len(clients)]
            if number % 3 == 0:
                return client.post("/api/v1/probes", json={"name": f"lamp {number}"}).status_code
            return client.get("/api/v1/probes" if number % 3 == 1 else "/api/v1/me").status_code

        with ThreadPoolExecutor(len(clients)) as threads:
            statuses = list(threads.map(call, range(240)))
        registered(app, "Database").close()
    assert {status: statuses.count(status) for status in set(statuses)} == {201: 80, 200: 160}


def test_transactions_have_their_time_limits(pooler: Pooler, make_app: MakeApp, service: ModuleType) -> None:
    with pooler() as url:
        database = registered(make_app(database_url=url, database_pooler="true"), "Database")
        for best_effort, lock_timeout in ((False, "5s"), (True, "100ms")):
            with database.transaction(best_effort=best_effort) as connection:
                shown = [
                    connection.exec_driver_sql(f"SHOW {name}").scalar()
                    for name in ("statement_timeout", "lock_timeout", "timezone")
                ]
            assert shown == ["5s", lock_timeout, "UTC"]
        database.close()


def test_migrations_run_through_a_pooler(pooler: Pooler, environ: dict[str, str]) -> None:
    with pooler() as url:
        app = create_app({**environ, "APP_DATABASE_URL": url})
        migrator(app).upgrade()
        app = create_app({**environ, "APP_DATABASE_URL": url, "APP_DATABASE_POOLER": "true"})
        database = registered(app, "Database")
        with database.connect() as connection:
            assert registered(app, "Branches").differences(connection) == []
        database.close()


@pytest.mark.parametrize("ignored", ["", "options"], ids=["options are rejected", "options are ignored"])
def test_the_doctor_recommends_the_setting(
    pooler: Pooler, environ: dict[str, str], service: ModuleType, ignored: str
) -> None:
    with pooler(ignored) as url:
        for setting, recommended in (("false", True), ("true", False)):
            app = create_app({**environ, "APP_DATABASE_URL": url, "APP_DATABASE_POOLER": setting})
            with app.app_context():
                findings = list(service.core.checks.dependencies.migrations(app))
            assert any("APP_DATABASE_POOLER to true" in each.hint for each in findings) is recommended
            registered(app, "Database").close()


def test_the_doctor_reports_a_mode_without_transactions(
    pooler: Pooler, environ: dict[str, str], service: ModuleType
) -> None:
    with pooler(mode="statement") as url:
        app = create_app({**environ, "APP_DATABASE_URL": url, "APP_DATABASE_POOLER": "true"})
        with app.app_context():
            (finding,) = service.core.checks.dependencies.migrations(app)
        assert finding.hint == "set the mode of the pooler to transaction"
        registered(app, "Database").close()


def test_options_of_the_url_are_kept(environ: dict[str, str], database_url: str) -> None:
    url = make_url(database_url).update_query_dict({"options": "-csearch_path=tenant -cstatement_timeout=7000"})
    app = create_app({**environ, "APP_DATABASE_URL": url.render_as_string(hide_password=False)})
    database, migrations = registered(app, "Database"), migrator(app)
    with database.transaction() as connection:
        connection.exec_driver_sql("CREATE SCHEMA tenant")
    try:
        migrations.upgrade()
        with database.connect() as connection:
            shown = [
                connection.exec_driver_sql(f"SHOW {name}").scalar()
                for name in ("search_path", "statement_timeout", "lock_timeout", "timezone")
            ]
            tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'tenant' AND tablename = 'alembic_version'"
            assert connection.exec_driver_sql(tables).scalar() == 1
        assert shown == ["tenant", "7s", "5s", "UTC"]
    finally:
        with database.transaction() as connection:
            connection.exec_driver_sql("DROP SCHEMA tenant CASCADE")
        database.close()
