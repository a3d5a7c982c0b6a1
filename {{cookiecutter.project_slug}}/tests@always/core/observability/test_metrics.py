"""What the metrics count, and the bounds of their labels."""

import re
import time
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.registry import registered

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
Read = Callable[..., dict[str, float]]
PROBES = "/api/v1/probes"
SAMPLE = re.compile(r"^([a-z_]+(?:\{.*\})?) (\S+)$", re.MULTILINE)


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """An application whose metrics are those of one test."""
    return make_app()


@pytest.fixture
def token(environ: dict[str, str]) -> Mapping[str, str]:
    """The header that Prometheus sends."""
    return {"Authorization": f"Bearer {environ['APP_METRICS_TOKEN']}"}


def samples(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in SAMPLE.findall(text)}


@pytest.fixture
def read(client: FlaskClient, token: Mapping[str, str]) -> Read:
    """A function that scrapes an application, by default the one of the test."""

    def scrape(app: Flask | None = None) -> dict[str, float]:
        response = (app.test_client() if app else client).get("/metrics", headers=token)
        assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
        return samples(response.text)

    return scrape


def test_responses_are_counted_by_route_method_and_status(caller: MakeCaller, read: Read) -> None:
    me = caller()
    location = me.post(PROBES, json={"name": "lamp"}).headers["Location"]
    for _ in range(3):
        me.get(location)
    me.get(f"{PROBES}/unknown")
    me.get("/no/such/path")
    me.open(PROBES, method="BREW")
    counted = read()
    route = f"{PROBES}/<probe_id>"
    assert counted[f'http_requests_total{{method="GET",route="{route}",status="200"}}'] == 3
    assert counted[f'http_requests_total{{method="GET",route="{route}",status="404"}}'] == 1
    assert counted[f'http_requests_total{{method="POST",route="{PROBES}",status="201"}}'] == 1
    assert counted['http_requests_total{method="GET",route="none",status="404"}'] == 1
    assert counted['http_requests_total{method="other",route="none",status="405"}'] == 1
    assert counted[f'http_request_duration_seconds_count{{method="GET",route="{route}"}}'] == 4
    assert counted[f'http_request_duration_seconds_bucket{{le="+Inf",method="GET",route="{route}"}}'] == 4
    assert 0 < counted[f'http_request_duration_seconds_sum{{method="GET",route="{route}"}}'] < 4


def test_rejections_are_counted_by_reason_and_limit(client: FlaskClient, caller: MakeCaller, read: Read) -> None:
    me = caller("probes:read")
    ((name, credential),) = me.headers.items()  # type: ignore[attr-defined]
    me.get(PROBES, headers={name: credential + "x"})
    client.get(PROBES)
    me.post(PROBES, json={"name": "lamp"})
    for _ in range(32):
        client.get("/no/such/path")
    counted = read()
    reasons = {name: value for name, value in counted.items() if name.startswith("authentication_failures_total")}
    assert reasons.pop('authentication_failures_total{reason="no credential was sent"}') == 1
    assert list(reasons.values()) == [1]
    assert counted['rate_limited_requests_total{limit="unknown-paths"}'] == 2
    assert counted['security_events_total{event="authz_fail"}'] == 1
    assert counted['security_events_total{event="excess_rate_limit_exceeded"}'] == 2


def test_counters_start_at_zero(app: Flask, read: Read) -> None:
    """Prometheus cannot see an increase in a series that starts at one."""
    counted = read()
    for event in registered(app, "SecurityEvents"):
        assert f'security_events_total{{event="{event}"}}' in counted
    for name, anomaly in registered(app, "Anomalies").items():
        if getattr(anomaly, "monitored", False):
            assert counted[f'anomalies_total{{anomaly="{name}"}}'] == 0
    assert counted['anomaly_sources_total{anomaly="distributed_failed_authentication"}'] == 0


def test_the_dependencies_and_the_certificate_are_reported(app: Flask, read: Read) -> None:
    counted = read()
    assert counted['dependency_up{dependency="database"}'] == 1
    assert counted['dependency_up{dependency="limiter"}'] == 1
    days = (counted["certificate_expiry_timestamp_seconds"] - time.time()) / 86400
    assert 80 < days < 91
    assert counted["certificate_lifetime_seconds"] == 90 * 86400
    registered(app, "Dependencies").__init__({"database": lambda: True, "limiter": lambda: 1 / 0})
    assert read()['dependency_up{dependency="limiter"}'] == 0


def test_client_input_creates_few_series(service: ModuleType, client: FlaskClient, read: Read) -> None:
    client.get("/metrics")
    before = len(read())
    for number in range(40):
        client.open(f"/path/{number}", method=f"METHOD{number}", headers={"Authorization": f"Bearer {number}"})
        client.get(f"/problems/kind-{number}")
    metrics = service.core.observability.metrics.Metrics()
    for number in range(200):
        metrics.count_authentication_failure(f"reason {number}")
    (failures,) = (metric for metric in metrics.collect() if metric.name == "authentication_failures")
    assert len({sample.labels["reason"] for sample in failures.samples}) <= 51
    assert len(read()) - before < 60


def test_an_anomaly_is_counted_when_one_network_exceeds_the_threshold(
    make_app: MakeApp, caller: MakeCaller, read: Read
) -> None:
    app = make_app(
        limits_address="10000/minute", limits_failed_authentications="10000/minute", server_trusted_proxies="1"
    )
    anonymous = app.test_client()
    limit = int(registered(app, "Anomalies")["failed_authentication_burst"].limit)
    burst = 'anomalies_total{anomaly="failed_authentication_burst"}'
    networks = 'anomaly_sources_total{anomaly="distributed_failed_authentication"}'

    def send(address: str, **headers: str) -> None:
        anonymous.get(PROBES, headers={"X-Forwarded-For": address, "X-Forwarded-Proto": "https", **headers})

    wrong = {name: f"{value}x" for name, value in caller().headers.items()}
    for number in range(limit + 4):
        send(f"198.51.100.{number}", **wrong)
    counted = read(app)
    assert counted[networks] == limit + 4
    assert counted[burst] == 0
    for _ in range(limit + 4):
        send("203.0.113.9", **wrong)
        send("203.0.113.10")  # without a credential
    counted = read(app)
    assert counted[burst] == 4
    assert counted[networks] == limit + 5


@pytest.mark.parametrize(
    ("anomaly", "call"),
    [
        ("scope_probing", lambda me: me.post(PROBES, json={"name": "lamp"})),
        ("id_enumeration", lambda me: me.get(f"{PROBES}/00000000-0000-7000-8000-000000000000")),
    ],
)
def test_an_anomaly_is_counted_when_one_caller_exceeds_the_threshold(
    app: Flask, caller: MakeCaller, read: Read, anomaly: str, call: Callable[[FlaskClient], Any]
) -> None:
    limit = int(registered(app, "Anomalies")[anomaly].limit)
    first, second = caller("probes:read"), caller("probes:read")
    for _ in range(limit):
        call(first)
        call(second)
    name = f'anomalies_total{{anomaly="{anomaly}"}}'
    assert read()[name] == 0
    call(first)
    assert read()[name] == 1
