"""The alert rules and the dashboard agree with the anomalies and the metrics of the service, and the alerts fire.

The checks of the content cover core's files. Files that are added to ``ops/prometheus`` are run by promtool too.
"""

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
CORE_FILES = {"core.yml", "auth.yml"}
# A log file cannot show these, so they are not in the catalogue.
ONLY_IN_PROMETHEUS = {"ServiceDown"}
METRIC = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b(?=[{\[) ]|$)")


def alerts(paths: list[Path]) -> dict[str, dict[str, Any]]:
    """Return the alert rules of these files by name."""
    return {
        rule["alert"]: rule
        for path in paths
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
        for rule in group["rules"]
    }


ALERTS = alerts(RULES)
CORE_ALERTS = alerts([path for path in RULES if path.name in CORE_FILES])


def alert_name(anomaly: str) -> str:
    return "".join(word.capitalize() for word in anomaly.split("_"))


def expression(name: str, rule: Any) -> str | None:
    """Return the expression of an alert for what the anomaly monitor counts, None for any other rule."""
    increase = f'{{anomaly="{name}"}}[{rule.minutes}m]'
    if type(rule).__name__ == "ThresholdRule" and rule.monitored:
        return f"sum(increase(anomalies_total{increase})) > 0"
    if type(rule).__name__ == "DistinctSourcesRule":
        return f"sum(increase(anomaly_sources_total{increase})) > {rule.limit}"
    return None


@pytest.fixture
def metric_names(app: Flask) -> set[str]:
    """The names of all metrics of the service, including those from outside of core."""
    token = registered(app, "ActiveSettings").values["metrics_token"]
    with app.test_client() as client:
        text = client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text
    types = dict(re.findall(r"^# TYPE ([a-z_]+) (\w+)$", text, re.MULTILINE))
    histograms = {name for name, kind in types.items() if kind == "histogram"}
    return set(types) | {f"{name}_{part}" for name in histograms for part in ("bucket", "count", "sum")}


def names_in(expression: str) -> set[str]:
    bare = re.sub(r"\{[^}]*\}", "{}", re.sub(r"\b(?:by|without) \([^)]*\)", "", expression))
    return set(METRIC.findall(bare)) - {"histogram_quantile"}


def test_every_anomaly_has_an_alert(app: Flask) -> None:
    for name, rule in registered(app, "Anomalies").items():
        example = {
            "alert": alert_name(name),
            "expr": expression(name, rule) or "...",
            "annotations": {"summary": rule.summary, "meaning": rule.meaning, "runbook": rule.action},
        }
        text = yaml.safe_dump([example], sort_keys=False, width=1000)
        assert alert_name(name) in ALERTS, f"add this alert to a file in ops/prometheus/rules:\n{text}"


def test_an_alert_has_the_sentences_and_numbers_of_its_anomaly(app: Flask) -> None:
    for name, rule in registered(app, "Anomalies").items():
        fix = f"correct the alert {alert_name(name)} in ops/prometheus/rules"
        alert = ALERTS.get(alert_name(name), {"expr": "", "annotations": {}})
        annotations = {key: text for key, text in alert["annotations"].items() if key != "runbook_url"}
        assert annotations == {"summary": rule.summary, "meaning": rule.meaning, "runbook": rule.action}, fix
        expected = expression(name, rule)
        if expected:
            assert alert["expr"] == expected, fix
            continue
        windows = re.findall(r"\[(\d+)m\]", alert["expr"])
        assert set(windows) <= {str(rule.minutes)}, fix
        *minimum, (_, limit) = re.findall(r"(>|<=) ([\d.]+)", alert["expr"]) or [("==", "0")]
        assert float(limit) == rule.limit, fix
        at_least = getattr(rule, "at_least", 0)
        assert [float(number) for _, number in minimum] == ([at_least] if at_least else []), fix
        if not windows and rule.minutes:
            assert alert.get("for") == f"{rule.minutes}m", fix


def test_core_has_no_alert_without_an_anomaly(app: Flask) -> None:
    assert set(CORE_ALERTS) <= {alert_name(name) for name in registered(app, "Anomalies")} | ONLY_IN_PROMETHEUS


def test_the_runbook_has_a_section_for_each_alert() -> None:
    """Each alert of core links to its section. Sections for alerts from outside of core are optional."""
    lines = (ROOT / "docs" / "alerts.md").read_text("utf-8").splitlines()
    sections = {line.removeprefix("## "): lines[number + 2] for number, line in enumerate(lines) if line[:3] == "## "}
    missing = set(CORE_ALERTS) - set(sections)
    assert not missing, f"add a section to docs/alerts.md for each of these alerts: {missing}"
    assert set(sections) <= set(ALERTS), "docs/alerts.md has a section for an alert that does not exist"
    for name, line in sections.items():
        severity = ALERTS[name]["labels"]["severity"]
        assert line.startswith(f"**Severity:** {severity}."), f"the severity of {name} is {severity}"
        url = ALERTS[name]["annotations"]["runbook_url"]
        assert url.endswith(f"docs/alerts.md#{name.lower()}"), f"{url} is not the section of {name}"


def test_a_slow_response_is_defined_once(service: ModuleType) -> None:
    slow = service.core.anomalies.catalogue.SLOW_SECONDS
    assert slow in service.core.observability.metrics.BUCKETS
    assert f'le="{slow}"' in ALERTS["Latency"]["expr"]


def test_health_checks_and_scrapes_are_excluded_everywhere(service: ModuleType) -> None:
    routes = {route for rule in CORE_ALERTS.values() for route in re.findall(r'route!~"([^"]+)"', rule["expr"])}
    assert routes == {"|".join(("/healthz", "/readyz", "/metrics"))}
    assert set(*(route.split("|") for route in routes)) == service.core.anomalies.MONITORING_ROUTES


def test_every_metric_in_an_alert_rule_exists(metric_names: set[str], app: Flask) -> None:
    for rule in CORE_ALERTS.values():
        assert names_in(rule["expr"])
        assert names_in(rule["expr"]) <= metric_names
        for event in re.findall(r'event="(\w+)"', rule["expr"]):
            assert event in registered(app, "SecurityEvents")


def test_the_dashboard_shows_every_metric_of_core(metric_names: set[str], service: ModuleType) -> None:
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
    assert shown <= metric_names
    collected = service.core.observability.metrics.Metrics().collect()
    core = {f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in collected}
    hidden = core - shown - {"http_request_duration_seconds"}
    assert not hidden, "metrics of core without a panel"
    assert {"dependency_up", "certificate_expiry_timestamp_seconds", "http_request_duration_seconds_bucket"} <= shown


def test_every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    text = "".join(path.read_text("utf-8") for path in CASES if path.name in CORE_FILES)
    for alert in CORE_ALERTS:
        assert f'alertname="{alert}"' in text
    assert text.count("exp_samples: []") >= len(CORE_ALERTS)


def test_prometheus_passes_alerts_to_an_alertmanager_that_needs_a_receiver() -> None:
    configurations = [ROOT / "ops/prometheus/prometheus.yml", ROOT / "deploy/prometheus.yml"]
    for path in (path for path in configurations if path.exists()):
        (alertmanager,) = yaml.safe_load(path.read_text("utf-8"))["alerting"]["alertmanagers"]
        assert alertmanager["static_configs"][0]["targets"][0].endswith(":9093")
    example = yaml.safe_load((OPS / "alertmanager.yml").read_text("utf-8"))
    (receiver,) = example["receivers"]
    assert example["route"]["receiver"] == receiver["name"]
    assert receiver["email_configs"][0]["to"] == ""  # Alertmanager rejects this until the owner has completed it


@pytest.mark.parametrize(("command", "files"), [("check", RULES), ("test", CASES)])
def test_promtool_reports_no_error(command: str, files: list[Path]) -> None:
    done = subprocess.run([program("promtool"), command, "rules", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
