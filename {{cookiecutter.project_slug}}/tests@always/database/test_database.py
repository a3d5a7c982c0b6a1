"""The database: migrations that match the models, a lock or an absence that is 503 and not 500."""

from collections.abc import Callable
from datetime import datetime
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


def test_the_migrations_make_the_tables_that_the_models_describe(app: Flask) -> None:
    with app.app_context():
        assert app.extensions["alembic"].compare_metadata() == []


def test_the_migrations_can_be_taken_back(app: Flask) -> None:
    alembic = app.extensions["alembic"]
    with app.app_context():
        try:
            alembic.downgrade("base")
        finally:
            alembic.upgrade()
        assert alembic.compare_metadata() == []


def test_a_database_that_is_away_is_503_and_the_probe_tells(
    app: Flask, caller: MakeCaller, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = caller()

    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))

    database = app.extensions["database"]
    monkeypatch.setattr(database.reader, "connect", away)
    monkeypatch.setattr(database.engine, "begin", away)
    refused = me.get("/api/v1/items")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "1"
    assert refused.json["type"] == "/problems/unavailable"
    assert client.get("/healthz").status_code == 200
    probe = client.get("/readyz")
    assert probe.status_code == 503
    assert probe.json["parts"]["database"] == "unavailable"


def test_a_command_says_in_a_sentence_that_the_database_is_away(
    app: Flask, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))

    @app.cli.command("look")
    def look() -> None:
        with service.database.reading():
            pass

    monkeypatch.setattr(app.extensions["database"].reader, "connect", away)
    done = app.test_cli_runner().invoke(args=["look"])
    assert done.exit_code == 1
    assert done.stderr == "Error: The database does not answer, or has no tables: `flask db upgrade`.\n"


def test_a_moment_without_a_zone_is_refused(service: ModuleType) -> None:
    with pytest.raises(ValueError, match="zone"):
        service.database.Moment().process_bind_param(datetime(2026, 1, 1), None)
