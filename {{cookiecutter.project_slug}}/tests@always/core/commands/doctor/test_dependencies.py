"""``flask doctor`` finds an unavailable or outdated database, a limiter that does not count, and a wrong clock."""

from datetime import timedelta
from types import ModuleType
from unittest.mock import Mock

import pytest
import time_machine
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from tests.core.commands.doctor.report import DEVELOPMENT, Report
from tests.core.registry import registered


def test_a_database_of_another_version_is_found(report: Report, app: Flask) -> None:
    database = registered(app, "Database")
    with database.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('abcdefabcdef')")
    try:
        assert report(**DEVELOPMENT)["migrations"][0] == "error"
    finally:
        with database.transaction() as connection:
            connection.exec_driver_sql("DELETE FROM alembic_version WHERE version_num = 'abcdefabcdef'")


def test_an_unavailable_dependency_is_found(
    report: Report, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.endpoints.health, "_state", lambda _check: "unavailable")
    database, limiter = "the database is unreachable or not migrated", "the limiter is unavailable"
    lines = report(**DEVELOPMENT)["dependencies"]
    assert lines[:4] == ["error", database, "warning", limiter]


def test_a_check_that_needs_an_unavailable_database_is_skipped(
    report: Report, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.database.Database, "connect", Mock(side_effect=ServiceUnavailable))
    found = report(status=1, **DEVELOPMENT)
    assert found["clock"] == ["skipped", "the database is unreachable or not migrated"]
    assert found["migrations"] == ["error", "the database is unreachable"]


def test_a_limiter_storage_that_does_not_count_is_an_error(
    report: Report, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Mock(check=Mock(side_effect=TimeoutError("no response")))
    monkeypatch.setattr(service.core.limits, "open_storage", lambda *_: storage)
    message = "the limiter storage does not count: TimeoutError: no response"
    assert report(status=1, **DEVELOPMENT)["limits"] == ["error", message]


def test_workers_with_separate_counters_are_found(
    report: Report, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.checks.exposure, "SHARED", False)
    assert report(server_workers="2")["limits"][0] == "error"


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(days=-3)])
def test_a_clock_that_is_wrong_is_found(report: Report, by: timedelta) -> None:
    with time_machine.travel(by, tick=False):
        assert report(**DEVELOPMENT)["clock"][0] == "error"
