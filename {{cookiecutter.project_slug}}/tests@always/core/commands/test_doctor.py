"""``flask doctor``: every check finds its problem, and no check finds one in a healthy service."""

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

from dev import ca
from tests.core.registry import registered

Report = Callable[..., dict[str, list[str]]]
DEVELOPMENT = {"environment": "development"}

# Settings that make a check fail. The tests below make the others fail.
FAILING = {
    "settings": ({"server_workers": "many"}, "error"),
    "certificate": ({"server_certificate": "nowhere.pem"}, "error"),
    "hosts": ({}, "error"),
    "proxies": ({"server_tls": "false"}, "error"),
    "cors": ({"cors_origins": "https://localhost:3000"}, "error"),
    "debug": ({"server_debug": "true"}, "error"),
    "docs": ({"docs_enabled": "true"}, "warning"),
}
FAILING_BELOW = {"secrets", "files", "metrics", "telemetry", "migrations", "dependencies", "limits", "clock"}


@pytest.fixture
def report(app: Flask, environ: dict[str, str]) -> Report:
    """Run ``flask doctor`` in production with these settings; return status and message of each line, by check."""

    def run(*options: str, status: int | None = None, **settings: str) -> dict[str, list[str]]:
        variables = {f"APP_{name.upper()}": value for name, value in settings.items()}
        result = app.test_cli_runner().invoke(args=["doctor", "--json", *options], env={**environ, **variables})
        assert status is None or result.exit_code == status, result.output
        lines: dict[str, list[str]] = {}
        for line in json.loads(result.stdout):
            lines.setdefault(line["check"], []).extend((line["status"], line["message"]))
            assert line["status"] == "ok" or line["hint"]
        return lines

    return run


def test_an_invalid_setting_and_its_hint_are_one_sentence(app: Flask, environ: dict[str, str]) -> None:
    result = app.test_cli_runner().invoke(args=["doctor"], env={**environ, "APP_SERVER_WORKERS": "many"})
    assert "must be an integer from 1 to 256; see docs/settings.md" in result.output


def test_a_healthy_service_has_no_findings(
    report: Report, service: ModuleType, create_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the checks of the owner.
    monkeypatch.setattr(service, "create_app", create_app)
    # The checks of the backend examine data that other tests left in the database.
    core = [check for check in service.core.checks.CHECKS if check not in service.core.auth.backend.CHECKS]
    monkeypatch.setattr(service.core.checks, "CHECKS", core)
    found = report(status=0, **DEVELOPMENT)
    assert {name: lines[0] for name, lines in found.items()} == dict.fromkeys(
        ["settings", *(c.name for c in core)], "ok"
    )


def test_every_check_fails_in_a_test(service: ModuleType) -> None:
    own = {check.name for check in service.core.auth.backend.CHECKS}
    assert {"settings", *(check.name for check in service.core.checks.CHECKS)} - own == {*FAILING, *FAILING_BELOW}


@pytest.mark.parametrize("check", FAILING)
def test_an_unsafe_or_invalid_setting_is_found(report: Report, check: str) -> None:
    settings, status = FAILING[check]
    assert report(**settings)[check][0] == status


def test_an_origin_of_apps_is_only_a_warning(report: Report) -> None:
    assert report(cors_origins="https://localhost, http://tauri.localhost")["cors"][0] == "warning"


def test_an_error_exits_with_1_and_an_option_applies_the_rules_of_production(report: Report) -> None:
    assert report("--production", status=1, **DEVELOPMENT)["hosts"][0] == "error"


def test_a_certificate_of_another_host_is_found(report: Report) -> None:
    assert "api.example" in report(server_allowed_hosts="localhost, api.example")["certificate"][-1]


def test_the_certificate_of_a_proxy_is_not_checked(report: Report) -> None:
    proxied = {"server_tls": "false", "server_trusted_proxies": "1"}
    status, message = report(**proxied)["certificate"]
    assert status == "warning"
    assert message.startswith("the proxy has the certificate")
    assert report(**proxied, **DEVELOPMENT)["certificate"][0] == "ok"


def test_a_certificate_that_expires_soon_is_found(report: Report) -> None:
    with time_machine.travel(timedelta(days=80), tick=False):
        assert "expires in 9 days" in report(**DEVELOPMENT)["certificate"][1]


@pytest.mark.parametrize(("lifetime", "notice"), [(6, 1.5), (47, 11.75), (90, 22.5), (365, 30)])
def test_the_notice_before_a_certificate_expires_suits_its_lifetime(
    report: Report, tmp_path: Path, lifetime: int, notice: float
) -> None:
    """It is later than the renewal by an ACME client, which renews when a third of the lifetime is left."""
    pem = ca.create_ca("a CA", 730).encode()
    (tmp_path / "server.pem").write_text(ca.create_server(pem, pem, lifetime))
    files = {name: str(tmp_path / "server.pem") for name in ("server_certificate", "server_certificate_key")}
    for left, status in ((lifetime / 3, "ok"), (notice + 0.1, "ok"), (notice - 0.1, "warning")):
        with time_machine.travel(timedelta(days=lifetime - left), tick=False):
            assert report(**DEVELOPMENT, **files)["certificate"][0] == status


def test_the_development_certificate_is_found_in_production(report: Report) -> None:
    assert "development CA" in report()["certificate"][1]


def test_two_secrets_with_the_same_value_are_found(
    report: Report, service: ModuleType, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Twin:
        other_key: str = service.core.settings.setting(
            service.core.settings.fields.Secret(), "for the test", secret=True
        )

    load = service.core.settings.load
    monkeypatch.setattr(service.core.settings, "load", lambda *each, environ: load(*each, Twin, environ=environ))
    status, message = report(other_key=environ["APP_SECRET_KEY"], **DEVELOPMENT)["secrets"]
    assert status == "error"
    assert "APP_SECRET_KEY and APP_OTHER_KEY" in message


def test_a_file_with_secrets_that_others_can_read_is_found(report: Report, environ: dict[str, str]) -> None:
    dotenv = Path(environ["APP_SETTINGS"]).with_name(".env")
    dotenv.touch(0o644)
    assert report(**DEVELOPMENT)["files"] == ["error", f"other users can read {dotenv}"]


def test_the_mode_of_a_file_that_the_container_runtime_provides_is_irrelevant(
    report: Report, service: ModuleType, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dotenv = Path(environ["APP_SETTINGS"]).with_name(".env")
    dotenv.touch(0o644)
    monkeypatch.setattr(service.core.checks.files, "PROVIDED", (dotenv.parent,))
    assert report(**DEVELOPMENT)["files"][0] == "ok"


def test_a_missing_metrics_token_is_found(report: Report, environ: dict[str, str]) -> None:
    del environ["APP_METRICS_TOKEN"]
    assert report()["metrics"] == ["warning", "Prometheus cannot read the metrics without a metrics token"]


def test_an_invalid_address_of_telemetry_is_found(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTRY_DSN", "x")
    assert report(**DEVELOPMENT)["telemetry"] == ["error", "SENTRY_DSN is not a valid URL"]


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


def test_a_defect_in_one_check_does_not_hide_the_other_results(
    report: Report, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.checks.dependencies, "select", None)
    found = report(**DEVELOPMENT)
    assert found["clock"][0] == "error"
    assert found["secrets"][0] == "ok"


def test_it_runs_even_if_the_service_cannot_start(service: ModuleType) -> None:
    """The ``flask`` command finds it through an entry point, without the application."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))
    ((name, target),) = project["project"]["entry-points"]["flask.commands"].items()
    assert EntryPoint(name, target, "flask.commands").load() is service.core.commands.doctor.command


def test_behind_a_proxy_it_states_what_the_proxy_must_drop(report: Report) -> None:
    found = report(server_trusted_proxies="1")
    assert found["proxies"][0] == "warning"
    assert "X_Forwarded_For" in found["proxies"][1]
    assert "X_Forwarded_For" not in str(report(server_trusted_proxies="1", **DEVELOPMENT))
