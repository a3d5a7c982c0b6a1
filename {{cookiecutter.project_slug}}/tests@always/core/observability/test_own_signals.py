"""The security events, metrics and anomalies that a service passes to ``core.create_app``."""

import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner
from flask import Blueprint, Flask, current_app
from prometheus_client import CollectorRegistry, Counter, Gauge

from dev import anomalies
from dev import service as dev_service
from tests.core.live_server import serving
from tests.core.package import OWN_SETTINGS, core, package
from tests.core.registry import registered

MakeApp = Callable[..., Flask]
LIMIT = 3
DEPTH_CHECKED = core.SecurityEvent("depth_checked", "warning", "A depth was checked.")


class DepthMetrics:
    """The metrics of the service under test."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.checks = Counter("depth_checks", "Checks.", ["zone"], registry=registry)
        self.deepest = Gauge("deepest_depth", "Metres.", registry=registry, multiprocess_mode="max")
        self.checks.labels("harbour")


def _source(line: Mapping[str, Any]) -> str | None:
    return line.get("zone") if line["event"] == "depth_checked" else None


def _broken(line: Mapping[str, Any]) -> str | None:
    return str(line["no such field"]) if line["event"] == "depth_checked" else None


TEXTS = {"condition": "More than {limit} checks within {minutes} minutes.", "meaning": "Deep.", "action": "Surface."}
ANOMALIES = {
    "many_depths": core.anomalies.ThresholdRule(source=_source, limit=LIMIT, minutes=5, **TEXTS),
    "many_zones": core.anomalies.DistinctSourcesRule(source=_source, limit=LIMIT, minutes=5, **TEXTS),
    "a_defect": core.anomalies.ThresholdRule(source=_broken, limit=LIMIT, minutes=5, **TEXTS),
}
blueprint = Blueprint("depths", __name__)


@blueprint.get("/depths/<zone>")
@core.public
def depths(zone: str) -> str:
    """Check a depth."""
    metrics = core.get_metrics(current_app, DepthMetrics)
    metrics.checks.labels("harbour").inc()
    metrics.deepest.set(7)
    core.record_event(DEPTH_CHECKED, "a depth was checked", zone=zone)
    return zone


def create_app(environ: Mapping[str, str] = os.environ) -> Flask:
    """Return an application with signals of its own."""
    app: Flask = core.create_app(
        __name__,
        environ=environ,
        settings=OWN_SETTINGS,
        blueprints=[blueprint],
        security_events=[DEPTH_CHECKED],
        metrics=[DepthMetrics],
        anomalies=ANOMALIES,
        migrations=Path(str(package.__file__)).parent / "migrations",
    )
    return app


@pytest.fixture(scope="module", name="create_app")
def _create_app() -> Callable[..., Flask]:
    return create_app


@pytest.fixture(scope="module")
def prepare_database() -> Callable[[Flask], None]:
    """Leave the database as its migrations made it."""
    return lambda _app: None


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """An application whose metrics are those of one test."""
    return make_app()


def samples(text: str) -> dict[str, float]:
    found = re.findall(r"^([a-z_]+(?:\{.*\})?) (\S+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_they_are_recorded_counted_and_detected(
    app: Flask, environ: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, token = app.test_client(), {"Authorization": f"Bearer {environ['APP_METRICS_TOKEN']}"}
    before = samples(client.get("/metrics", headers=token).text)
    zero = {
        'security_events_total{event="depth_checked"}',
        'anomalies_total{anomaly="many_depths"}',
        'anomaly_sources_total{anomaly="many_zones"}',
        'depth_checks_total{zone="harbour"}',
    }
    assert {name: before.get(name) for name in zero} == dict.fromkeys(zero, 0)
    capsys.readouterr()
    for _ in range(LIMIT + 2):
        assert client.get("/depths/north").status_code == 200
    log = capsys.readouterr().out
    after = samples(client.get("/metrics", headers=token).text)
    assert after['security_events_total{event="depth_checked"}'] == LIMIT + 2
    assert after['depth_checks_total{zone="harbour"}'] == LIMIT + 2
    assert after["deepest_depth"] == 7
    assert after['anomalies_total{anomaly="many_depths"}'] == 2
    assert after['anomaly_sources_total{anomaly="many_zones"}'] == 1
    lines = [json.loads(line) for line in log.splitlines()]
    recorded = [line for line in lines if line["event"] == "depth_checked"]
    assert {(line["level"], line["zone"]) for line in recorded} == {("warning", "north")}
    assert any(line.get("message") == "the anomaly rule a_defect failed" for line in lines)
    del registered(app, "Anomalies")["a_defect"]
    monkeypatch.setattr(dev_service, "application", lambda: app)
    done = CliRunner().invoke(anomalies.command, ["--json"], input=log)
    (detection,) = json.loads(done.stdout)
    assert (detection["name"], detection["source"], detection["peak"]) == ("many_depths", "north", LIMIT + 2)
    assert detection["summary"] == "More than 3 checks within 5 minutes."


@pytest.mark.skipif(os.name == "nt", reason="the server has one worker on Windows")
def test_all_workers_share_the_metrics(environ: dict[str, str], certificate: Path) -> None:
    many = {**environ, "APP_ENVIRONMENT": "development", "APP_SERVER_WORKERS": "2"}
    token = {"Authorization": f"Bearer {environ['APP_METRICS_TOKEN']}"}
    folder = Path(environ["APP_SETTINGS"]).parent
    with serving(many, folder, certificate / "ca.pem", __name__) as served:
        for _ in range(30):
            served.send("GET /depths/south HTTP/1.1", "Host: localhost", "Connection: close")
        assert len(list((folder / "var" / "metrics").glob("counter_*.db"))) == 2
        for _ in range(5):
            scrape = Request(f"https://localhost:{served.port}/metrics", headers=token)
            with urlopen(scrape, context=served.trusting(), timeout=10) as response:  # noqa: S310
                counted = samples(response.read().decode())
            assert counted['depth_checks_total{zone="harbour"}'] == 30
            assert counted["deepest_depth"] == 7


def test_the_service_registers_every_event_that_it_declares(environ: dict[str, str]) -> None:
    app = package.create_app(environ)
    declared = {
        value.name
        for name, module in list(sys.modules.items())
        if name.startswith(package.__name__)
        for value in vars(module).values()
        if isinstance(value, core.SecurityEvent)
    }
    assert declared
    missing = declared - set(registered(app, "SecurityEvents"))
    registered(app, "Database").close()
    assert not missing, "pass them to core.create_app(security_events=[...])"
