"""The alert rules, the dashboard and the thresholds of the service say the same, and the rules fire when they must."""

import json
import re
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from flask import Flask

from tests.core.doc_runner import program
from tests.core.live_server import ROOT
from tests.core.registry import registered

OPS = ROOT / "ops"
RULES = sorted((OPS / "prometheus" / "rules").glob("*.yml"))
CASES = sorted((OPS / "prometheus" / "tests").glob("*.yml"))
ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule
    for path in RULES
    for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
    for rule in group["rules"]
}
# What only Prometheus can tell.
OF_PROMETHEUS = {"ServiceDown"}
METRIC = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b(?=[{\[) ]|$)")


def alert_of(anomaly: str) -> str:
    return "".join(word.capitalize() for word in anomaly.split("_"))


@pytest.fixture
def known(app: Flask) -> set[str]:
    """The names of every metric that a scrape can see."""
    metrics = registered(app, "Metrics")
    metrics.observe_response("/", "GET", 200, 0.1)
    metrics.count_authentication_failure("wrong")
    metrics.count_rate_limited("address")
    with app.test_client() as client:
        token = next(
            getattr(registered(app, "ActiveSettings")[one], "metrics_token", None)
            for one in registered(app, "ActiveSettings").declarations
        )
        text = client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text
    return set(re.findall(r"^([a-z_]+)", text, re.MULTILINE))


def names_in(expression: str) -> set[str]:
    bare = re.sub(r"\{[^}]*\}", "{}", re.sub(r"\b(?:by|without) \([^)]*\)", "", expression))
    return set(METRIC.findall(bare)) - {"histogram_quantile"}


def test_every_anomaly_has_its_alert_with_the_same_words_and_numbers(app: Flask, service: ModuleType) -> None:
    anomalies = registered(app, "Anomalies")
    assert set(ALERTS) == {alert_of(name) for name in anomalies} | OF_PROMETHEUS
    for name, anomaly in anomalies.items():
        rule = ALERTS[alert_of(name)]
        assert rule["annotations"] == {
            "summary": anomaly.summary,
            "meaning": anomaly.meaning,
            "runbook": anomaly.action,
        }
        windows = re.findall(r"\[(\d+)m\]", rule["expr"])
        assert set(windows) <= {str(anomaly.minutes)}
        *least, (_, limit) = re.findall(r"(>|<=) ([\d.]+)", rule["expr"]) or [("==", "0")]
        if name in service.core.anomalies.monitor.WATCHED:
            assert float(limit) == 0  # the service itself counts up to the limit
        else:
            assert float(limit) == anomaly.limit
        assert [float(number) for _, number in least] == ([anomaly.at_least] if anomaly.at_least else [])
        if not windows and anomaly.minutes:
            assert rule["for"] == f"{anomaly.minutes}m"


def test_slow_is_the_same_everywhere(service: ModuleType) -> None:
    slow = service.core.anomalies.catalogue.SLOW
    assert slow in service.core.observability.metrics.SECONDS
    assert f'le="{slow}"' in ALERTS["Latency"]["expr"]


def test_what_is_no_call_is_the_same_everywhere(service: ModuleType) -> None:
    routes = {route for rule in ALERTS.values() for route in re.findall(r'route!~"([^"]+)"', rule["expr"])}
    assert routes == {"|".join(("/healthz", "/readyz", "/metrics"))}
    assert set(*(route.split("|") for route in routes)) == service.core.anomalies.catalogue.NO_CALLS


def test_every_metric_that_a_rule_names_exists(known: set[str], app: Flask) -> None:
    for rule in ALERTS.values():
        assert names_in(rule["expr"])
        assert names_in(rule["expr"]) <= known
        for event in re.findall(r'event="(\w+)"', rule["expr"]):
            assert event in registered(app, "SecurityEvents")


def test_every_metric_that_the_dashboard_names_exists(known: set[str]) -> None:
    dashboard = json.loads((OPS / "grafana" / "dashboard.json").read_text("utf-8"))
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    shown: set[str] = set()
    for panel in panels:
        assert panel["title"]
        assert panel["description"]
        for target in panel["targets"]:
            assert names_in(target["expr"])
            shown |= names_in(target["expr"])
    assert shown <= known
    counted = {
        name for name in known if name.endswith("_total") or name.startswith(("service_", "certificate_", "limiter_"))
    }
    assert counted <= shown, "a metric that nobody sees"


def test_every_alert_has_cases_in_which_it_must_fire_and_must_not() -> None:
    text = "".join(path.read_text("utf-8") for path in CASES)
    for alert in ALERTS:
        assert f'alertname="{alert}"' in text
    assert text.count("exp_samples: []") >= len(ALERTS)


@pytest.mark.parametrize(("command", "files"), [("check", RULES), ("test", CASES)])
def test_promtool_agrees(command: str, files: list[Path]) -> None:
    done = subprocess.run([program("promtool"), command, "rules", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
