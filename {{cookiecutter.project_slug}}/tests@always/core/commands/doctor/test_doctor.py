"""``flask doctor``: every check finds its problem, and no check finds one in a healthy service."""

import tomllib
from collections.abc import Callable
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest
from flask import Flask

from tests.core.commands.doctor.report import DEVELOPMENT, Report
from tests.core.package import ROOT

# Settings that make a check fail. The tests in the other modules make the other checks fail.
FAILING = {
    "settings": ({"server_workers": "many"}, "error"),
    "certificate": ({"server_certificate": "nowhere.pem"}, "error"),
    "hosts": ({}, "error"),
    "proxies": ({"server_tls": "false"}, "error"),
    "cors": ({"cors_origins": "https://localhost:3000"}, "error"),
    "debug": ({"server_debug": "true"}, "error"),
    "docs": ({"docs_enabled": "true"}, "warning"),
}
FAILING_ELSEWHERE = {"secrets", "files", "metrics", "telemetry", "migrations", "dependencies", "limits", "clock"}


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
    assert {"settings", *(check.name for check in service.core.checks.CHECKS)} - own == {*FAILING, *FAILING_ELSEWHERE}


@pytest.mark.parametrize("check", FAILING)
def test_an_unsafe_or_invalid_setting_is_found(report: Report, check: str) -> None:
    settings, status = FAILING[check]
    assert report(**settings)[check][0] == status


def test_an_error_exits_with_1_and_an_option_applies_the_rules_of_production(report: Report) -> None:
    assert report("--production", status=1, **DEVELOPMENT)["hosts"][0] == "error"


def test_a_defect_in_one_check_does_not_hide_the_other_results(
    report: Report, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.checks.dependencies, "select", None)
    found = report(**DEVELOPMENT)
    assert found["clock"][0] == "error"
    assert found["secrets"][0] == "ok"


def test_it_runs_even_if_the_service_cannot_start(service: ModuleType) -> None:
    """The ``flask`` command finds it through an entry point, without the application."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    ((name, target),) = project["project"]["entry-points"]["flask.commands"].items()
    assert EntryPoint(name, target, "flask.commands").load() is service.core.commands.doctor.command
