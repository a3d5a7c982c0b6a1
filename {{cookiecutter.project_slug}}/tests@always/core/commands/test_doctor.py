"""``flask doctor``: every check finds what it looks for, and finds nothing in a service that is well."""

import dataclasses
import json
import tomllib
from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from unittest.mock import Mock

import pytest
import time_machine
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from tests.core.registry import registered

Report = Callable[..., dict[str, list[str]]]
DEVELOPMENT = {"environment": "development"}

# What breaks each check, by settings alone; the tests below break the others.
BROKEN = {
    "settings": ({"server_workers": "many"}, "error"),
    "certificate": ({"server_certificate": "nowhere.pem"}, "error"),
    "hosts": ({}, "error"),
    "proxies": ({"server_tls": "false"}, "error"),
    "cors": ({"cors_origins": "https://localhost:3000"}, "error"),
    "debug": ({"server_debug": "true"}, "error"),
    "docs": ({"docs_enabled": "true"}, "warning"),
}
BROKEN_BELOW = {"secrets", "files", "metrics", "migrations", "dependencies", "limits", "clock"}


@pytest.fixture
def report(app: Flask, environ: dict[str, str]) -> Report:
    """Run the doctor in production, but for the settings given; give state and words of each line, by check."""

    def run(*options: str, status: int | None = None, **settings: str) -> dict[str, list[str]]:
        given = {f"APP_{name.upper()}": value for name, value in settings.items()}
        done = app.test_cli_runner().invoke(args=["doctor", "--json", *options], env={**environ, **given})
        assert status is None or done.exit_code == status, done.output
        lines: dict[str, list[str]] = {}
        for line in json.loads(done.stdout):
            lines.setdefault(line["check"], []).extend((line["status"], line["message"]))
            assert line["status"] == "ok" or line["hint"]
        return lines

    return run


def test_what_the_settings_refuse_and_its_mend_are_one_sentence(app: Flask, environ: dict[str, str]) -> None:
    done = app.test_cli_runner().invoke(args=["doctor"], env={**environ, "APP_SERVER_WORKERS": "many"})
    assert "must be an integer from 1 to 256; see docs/settings.md" in done.output


def test_nothing_is_found_in_a_service_that_is_well(
    report: Report, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Those of the identity look at what other tests left in the database.
    core = [check for check in service.core.checks.CHECKS if check not in service.core.auth.backend.CHECKS]
    monkeypatch.setattr(service.core.checks, "CHECKS", core)
    told = report(status=0, **DEVELOPMENT)
    assert {name: lines[0] for name, lines in told.items()} == dict.fromkeys(
        ["settings", *(c.name for c in core)], "ok"
    )


def test_every_check_is_broken_by_a_test(service: ModuleType) -> None:
    own = {check.name for check in service.core.auth.backend.CHECKS}
    assert {"settings", *(check.name for check in service.core.checks.CHECKS)} - own == {*BROKEN, *BROKEN_BELOW}


@pytest.mark.parametrize("check", BROKEN)
def test_what_is_set_wrongly_is_found(report: Report, check: str) -> None:
    settings, state = BROKEN[check]
    assert report(**settings)[check][0] == state


def test_a_failure_ends_with_1_and_production_can_be_tried_out(report: Report) -> None:
    assert report("--production", status=1, **DEVELOPMENT)["hosts"][0] == "error"


def test_a_certificate_of_another_host_is_found(report: Report) -> None:
    assert "api.example" in report(server_allowed_hosts="localhost, api.example")["certificate"][-1]


def test_a_certificate_that_ends_soon_is_found(report: Report) -> None:
    with time_machine.travel(timedelta(days=80), tick=False):
        assert "expires in 9 days" in report(**DEVELOPMENT)["certificate"][1]


def test_the_development_certificate_is_found_in_production(report: Report) -> None:
    assert "development CA" in report()["certificate"][1]


def test_one_secret_for_two_things_is_found(
    report: Report, service: ModuleType, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Twin:
        other_key: str = service.core.settings.setting(
            service.core.settings.fields.Secret(), "for the test", secret=True
        )

    load = service.core.settings.load
    monkeypatch.setattr(service.core.settings, "load", lambda *each, environ: load(*each, Twin, environ=environ))
    told = report(other_key=environ["APP_SECRET_KEY"], **DEVELOPMENT)["secrets"]
    assert told[0] == "error"
    assert "APP_SECRET_KEY and APP_OTHER_KEY" in told[1]


def test_a_file_with_secrets_that_others_can_read_is_found(report: Report, environ: dict[str, str]) -> None:
    dotenv = Path(environ["APP_SETTINGS"]).with_name(".env")
    dotenv.touch(0o644)
    assert report(**DEVELOPMENT)["files"] == ["error", f"other users can read {dotenv}"]


def test_figures_that_nobody_can_read_are_found(report: Report, environ: dict[str, str]) -> None:
    del environ["APP_METRICS_TOKEN"]
    assert report()["metrics"] == ["warning", "Prometheus cannot read the metrics without a metrics token"]


def test_a_database_of_another_version_is_found(report: Report, app: Flask) -> None:
    database = registered(app, "Database")
    with database.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('abcdefabcdef')")
    try:
        assert report(**DEVELOPMENT)["migrations"][0] == "error"
    finally:
        with database.transaction() as connection:
            connection.exec_driver_sql("DELETE FROM alembic_version WHERE version_num = 'abcdefabcdef'")


def test_a_storage_that_is_away_is_found(report: Report, service: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.core.endpoints.health, "_succeeds", lambda _check: False)
    database, limiter = "the database is unreachable or not migrated", "the limiter is unreachable"
    told = report(**DEVELOPMENT)["dependencies"]
    assert told[:4] == ["error", database, "warning", limiter]


def test_what_needs_a_database_that_is_away_is_skipped(
    report: Report, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.database.Database, "connect", Mock(side_effect=ServiceUnavailable))
    told = report(status=1, **DEVELOPMENT)
    assert told["clock"] == ["skipped", "the database is unreachable or not migrated"]
    assert told["migrations"] == ["error", "the database is unreachable"]


def test_how_a_storage_that_is_away_counts_is_skipped(
    report: Report, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.endpoints.health, "_succeeds", lambda _check: False)
    assert report(**DEVELOPMENT)["limits"] == ["skipped", "the limiter storage is unreachable"]


def test_workers_that_count_alone_are_found(
    report: Report, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.checks.exposure, "SHARED", False)
    assert report(server_workers="2")["limits"][0] == "error"


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(days=-3)])
def test_a_clock_that_is_wrong_is_found(report: Report, by: timedelta) -> None:
    with time_machine.travel(by, tick=False):
        assert report(**DEVELOPMENT)["clock"][0] == "error"


def test_a_check_that_fails_itself_hides_no_other(
    report: Report, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.checks.dependencies, "select", None)
    told = report(**DEVELOPMENT)
    assert told["clock"][0] == "error"
    assert told["secrets"][0] == "ok"


def test_it_speaks_where_the_service_refuses_to_start(service: ModuleType) -> None:
    """The ``flask`` command finds it without the application."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))
    ((name, target),) = project["project"]["entry-points"]["flask.commands"].items()
    assert EntryPoint(name, target, "flask.commands").load() is service.core.commands.doctor.command
