"""``flask doctor`` finds origins, proxies, metrics and telemetry that do not suit the environment."""

import pytest

from tests.core.commands.doctor.report import DEVELOPMENT, Report


def test_an_origin_of_apps_is_only_a_warning(report: Report) -> None:
    assert report(cors_origins="https://localhost, http://tauri.localhost")["cors"][0] == "warning"


def test_behind_a_proxy_it_states_what_the_proxy_must_drop(report: Report) -> None:
    found = report(server_trusted_proxies="1")
    assert found["proxies"][0] == "warning"
    assert "X_Forwarded_For" in found["proxies"][1]
    assert "X_Forwarded_For" not in str(report(server_trusted_proxies="1", **DEVELOPMENT))


def test_a_missing_metrics_token_is_found(report: Report, environ: dict[str, str]) -> None:
    del environ["APP_METRICS_TOKEN"]
    assert report()["metrics"] == ["warning", "Prometheus cannot read the metrics without a metrics token"]


def test_an_invalid_address_of_telemetry_is_found(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTRY_DSN", "x")
    assert report(**DEVELOPMENT)["telemetry"] == ["error", "SENTRY_DSN is not a valid URL"]
