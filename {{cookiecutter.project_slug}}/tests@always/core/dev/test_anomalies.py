"""``python -m dev.anomalies`` detects in a log what the alert rules detect in the metrics, at the same thresholds."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from dev import service as dev_service
from dev.anomalies import command
from tests.core.registry import registered

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
LogLine = dict[str, Any]
Detect = Callable[..., list[dict[str, Any]]]
PROBES = "/api/v1/probes"


def run(app: Flask, *arguments: str, stdin: str | None = None) -> Result:
    """Run the command for the anomalies of ``app``."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dev_service, "application", lambda: app)
        return CliRunner().invoke(command, arguments, input=stdin)


@pytest.fixture
def detect(app: Flask, tmp_path: Path) -> Detect:
    """A function that writes lines, ``seconds`` apart, to a log that ends now, and returns the anomalies in it."""

    def detections_in(lines: Iterable[LogLine], seconds: float = 1, since: str = "1h") -> list[dict[str, Any]]:
        logged, end = list(lines), datetime.now(UTC)
        log = tmp_path / "service.log"
        with log.open("w", encoding="utf-8") as file:
            for number, line in enumerate(logged):
                time = end - timedelta(seconds=seconds * (len(logged) - number))
                print(json.dumps({"time": time.isoformat(), "level": "info", **line}), file=file)
        result = run(app, "--since", since, "--log", str(log), "--json")
        detections: list[dict[str, Any]] = json.loads(result.stdout)
        assert result.exit_code == bool(detections)
        return detections

    return detections_in


NOW = datetime.now(UTC)
FOREIGN_LINES = [  # JSON, but not lines of this service
    {"time": NOW.replace(tzinfo=None).isoformat(), "event": "request", "status": 200, "duration_ms": 1.0},
    {"time": NOW.isoformat(), "event": "request", "duration_ms": 1.0},
    {"time": NOW.isoformat(), "event": "request", "status": "200", "duration_ms": 1.0},
    {"time": NOW.isoformat(), "event": "request", "status": 200},
    {"time": NOW.isoformat(), "event": "authn_login_fail", "address": 7},
    {"time": NOW.isoformat(), "event": "authz_fail", "caller": ["ada"]},
    {"time": NOW.isoformat(), "event": None},
]


def request(status: int = 200, **fields: Any) -> LogLine:
    return {"event": "request", "route": PROBES, "status": status, "duration_ms": 3.0, "address": "192.0.2.1", **fields}


def failed(address: str) -> LogLine:
    return {"event": "authn_login_fail", "reason": "the key is unknown", "address": address}


def limit(app: Flask, anomaly: str) -> int:
    return int(registered(app, "Anomalies")[anomaly].limit)


def names(detections: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(detection["name"], detection["source"]) for detection in detections]


def test_normal_operation_has_no_anomaly(detect: Detect) -> None:
    assert detect([]) == []
    assert detect(request(status, duration_ms=9.0) for status in [200] * 90 + [404] * 5 + [401] * 5) == []


def test_a_burst_is_reported_with_its_network_and_peak(detect: Detect, app: Flask) -> None:
    maximum = limit(app, "failed_authentication_burst")
    assert detect([failed("192.0.2.1")] * maximum) == []
    (found,) = detect([failed("192.0.2.1")] * (maximum + 5))
    assert (found["name"], found["source"], found["peak"]) == ("failed_authentication_burst", "192.0.2.1", maximum + 5)
    assert "More than 30 wrong credentials from one network within 5 minutes." in found["summary"]
    assert detect([failed("192.0.2.1")] * (maximum + 5), seconds=60, since="2h") == []


@pytest.mark.parametrize("reason", ["no credential was sent", "the credential has expired"])
def test_missing_and_expired_credentials_do_not_count(detect: Detect, app: Flask, reason: str) -> None:
    many = 2 * limit(app, "failed_authentication_burst")
    assert detect({**failed(f"192.0.2.{number % 2}"), "reason": reason} for number in range(many)) == []
    assert detect({**failed(f"192.0.{number}.1"), "reason": reason} for number in range(many)) == []


def test_many_networks_are_reported_and_many_addresses_of_one_network_are_not(detect: Detect, app: Flask) -> None:
    many = limit(app, "distributed_failed_authentication") + 1
    assert names(detect(failed(f"192.0.2.{number}") for number in range(many))) == [
        ("distributed_failed_authentication", "many")
    ]
    assert detect(failed(f"192.0.2.{number}") for number in range(many - 1)) == []
    assert detect(failed(f"2001:db8::{number}") for number in range(many)) == []


def test_a_line_without_an_address_counts_too(detect: Detect, app: Flask) -> None:
    many = limit(app, "failed_authentication_burst") + 1
    for line in ({"event": "authn_login_fail"}, {"event": "authn_login_fail", "address": None}):
        assert names(detect([line] * many)) == [("failed_authentication_burst", "")]


def test_scope_probing_and_id_enumeration_are_reported_by_caller(detect: Detect, app: Flask) -> None:
    missing = {"event": "authz_fail", "reason": "the scope probes:write is missing", "caller": "ada"}
    assert names(detect([missing] * (limit(app, "scope_probing") + 1))) == [("scope_probing", "ada")]
    assert detect([missing, {**missing, "caller": "grace"}] * limit(app, "scope_probing")) == []
    maximum = limit(app, "id_enumeration")
    assert names(detect([request(404, caller="ada")] * (maximum + 1))) == [("id_enumeration", "ada")]
    assert names(detect([request(404)] * (maximum + 1))) == [("id_enumeration", "192.0.2.1")]
    assert detect([request(404, caller=caller) for caller in ("ada", "grace") for _ in range(maximum)]) == []


@pytest.mark.parametrize(
    ("anomaly", "unusual"),
    [("rate_limit_pressure", request(429)), ("error_rate", request(500)), ("latency", request(duration_ms=501.0))],
)
def test_a_ratio_is_reported_above_its_limit_and_minimum(
    detect: Detect, app: Flask, anomaly: str, unusual: LogLine
) -> None:
    at_least, ratio = (getattr(registered(app, "Anomalies")[anomaly], name) for name in ("at_least", "limit"))
    usual = round(1 / ratio) - 1  # usual responses per unusual one, at the limit
    assert detect(([request()] * usual + [unusual]) * (at_least + 30), seconds=0.1) == []
    assert detect(([request()] * (usual - 1) + [unusual]) * at_least, seconds=0.1) == []
    assert names(detect(([request()] * (usual - 1) + [unusual]) * (at_least + 30), seconds=0.1)) == [(anomaly, "all")]
    assert detect([{**unusual, "route": "/readyz"}] * 500, seconds=0.1) == []


def test_an_unavailable_dependency_is_reported(detect: Detect) -> None:
    unavailable = {"event": "limiter_storage_unavailable", "reason": "TimeoutError: it is frozen"}
    assert names(detect([request(), unavailable, request()])) == [("dependency_down", "the limiter storage")]
    assert names(detect([request(503, route="/readyz")])) == [("dependency_down", "a 503 response")]


def test_every_event_with_the_threshold_zero_is_reported(detect: Detect, app: Flask) -> None:
    for name, anomaly in registered(app, "Anomalies").items():
        for event in registered(app, "SecurityEvents"):
            line = {"event": event, "credential": "aaaabbbbcccc"}
            if anomaly.limit == 0 and anomaly.source(line):
                assert names(detect([line])) == [(name, "aaaabbbbcccc")]


@pytest.mark.parametrize(("days", "found"), [(20, []), (3, [("certificate_expiry", "server.pem")])])
def test_a_certificate_that_expires_soon_is_reported(
    detect: Detect, monkeypatch: pytest.MonkeyPatch, service: ModuleType, days: int, found: list[tuple[str, str]]
) -> None:
    end = datetime.now(UTC) + timedelta(days=days)
    validity = service.core.certificate.Validity(end - timedelta(days=47), end)
    monkeypatch.setattr(service.core.certificate, "validity", lambda *_: validity)
    assert names(detect([])) == found


def test_older_lines_and_lines_of_other_programs_are_skipped(app: Flask, tmp_path: Path) -> None:
    old = {**failed("192.0.2.1"), "time": "2020-01-01T00:00:00Z"}
    log = tmp_path / "service.log"
    foreign = ["12:00:00 info request", "[]", "{", '{"time": 1}', '{"time": "2026-01-01T00:00:00Z"}', "null", '"x"']
    foreign += [json.dumps(line) for line in FOREIGN_LINES] + ["[" * 100_000]
    log.write_text("\n".join([*[json.dumps(old)] * 99, *foreign, ""]), "utf-8")
    result = run(app, "--log", str(log))
    assert result.exit_code == 0
    assert "Anomalies: 0. Log lines: 0." in result.stderr
    assert f"Skipped {len(foreign)} lines that are not JSON log lines." in result.stderr


def test_it_reads_the_log_of_the_service(app: Flask, caller: MakeCaller, capsys: pytest.CaptureFixture[str]) -> None:
    me = caller("probes:read")
    owner = me.get("/api/v1/me").json["id"]
    capsys.readouterr()
    for _ in range(limit(app, "scope_probing") + 1):
        me.post(PROBES, json={"name": "lamp"})
    log = capsys.readouterr().out
    result = run(app, "--since", "5m", stdin=log)
    assert result.exit_code == 1
    assert f"scope_probing  {owner} (21)\n    One caller lacked a required scope more than 20 times" in result.stdout


@pytest.mark.parametrize("duration", ["1", "h", "-1h", "1w", "0m", "1h30m"])
def test_an_invalid_duration_is_rejected(app: Flask, duration: str) -> None:
    assert run(app, "--since", duration).exit_code == 2
