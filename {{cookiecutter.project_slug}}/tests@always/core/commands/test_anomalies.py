"""``flask anomalies`` finds in the journal what the alert rules find in the metrics, at the same thresholds."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.registry import registered

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
Line = dict[str, Any]
Find = Callable[..., list[dict[str, Any]]]
PROBES = "/api/v1/probes"


@pytest.fixture
def find(app: Flask, tmp_path: Path) -> Find:
    """Write lines, ``seconds`` apart, into a journal that ends now, and look for anomalies."""

    def look(lines: Iterable[Line], seconds: float = 1, since: str = "1h") -> list[dict[str, Any]]:
        written, end = list(lines), datetime.now(UTC)
        journal = tmp_path / "service.log"
        with journal.open("w", encoding="utf-8") as file:
            for number, line in enumerate(written):
                moment = end - timedelta(seconds=seconds * (len(written) - number))
                print(json.dumps({"time": moment.isoformat(), "level": "info", **line}), file=file)
        done = app.test_cli_runner().invoke(args=["anomalies", "--since", since, "--log", str(journal), "--json"])
        found: list[dict[str, Any]] = json.loads(done.stdout)
        assert done.exit_code == bool(found)
        return found

    return look


NOW = datetime.now(UTC)
OTHERS = [
    {"time": NOW.replace(tzinfo=None).isoformat(), "event": "request", "status": 200, "duration_ms": 1.0},
    {"time": NOW.isoformat(), "event": "request", "duration_ms": 1.0},
    {"time": NOW.isoformat(), "event": "request", "status": "200", "duration_ms": 1.0},
    {"time": NOW.isoformat(), "event": "request", "status": 200},
    {"time": NOW.isoformat(), "event": "authn_login_fail", "address": 7},
    {"time": NOW.isoformat(), "event": "authz_fail", "caller": ["ada"]},
    {"time": NOW.isoformat(), "event": None},
]


def request(status: int = 200, **fields: Any) -> Line:
    return {"event": "request", "route": PROBES, "status": status, "duration_ms": 3.0, "address": "192.0.2.1", **fields}


def refused(address: str) -> Line:
    return {"event": "authn_login_fail", "reason": "it is unknown", "address": address}


def limit(app: Flask, anomaly: str) -> int:
    return int(registered(app, "Anomalies")[anomaly].limit)


def names(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["name"], one["source"]) for one in found]


def test_a_quiet_journal_has_no_anomaly(find: Find) -> None:
    assert find([]) == []
    assert find(request(status, duration_ms=9.0) for status in [200] * 90 + [404] * 5 + [401] * 5) == []


def test_a_burst_is_told_with_its_network_and_number(find: Find, app: Flask) -> None:
    most = limit(app, "failed_authentication_burst")
    assert find([refused("192.0.2.1")] * most) == []
    (found,) = find([refused("192.0.2.1")] * (most + 5))
    assert (found["name"], found["source"], found["peak"]) == ("failed_authentication_burst", "192.0.2.1", most + 5)
    assert "More than 30 failed authentications from one network within 5 minutes." in found["summary"]
    assert find([refused("192.0.2.1")] * (most + 5), seconds=60, since="2h") == []


def test_a_spread_is_told_and_the_addresses_of_one_network_are_none(find: Find, app: Flask) -> None:
    many = limit(app, "distributed_failed_authentication") + 1
    assert names(find(refused(f"192.0.2.{number}") for number in range(many))) == [
        ("distributed_failed_authentication", "many")
    ]
    assert find(refused(f"192.0.2.{number}") for number in range(many - 1)) == []
    assert find(refused(f"2001:db8::{number}") for number in range(many)) == []


def test_a_line_that_tells_of_no_address_counts_too(find: Find, app: Flask) -> None:
    many = limit(app, "failed_authentication_burst") + 1
    for line in ({"event": "authn_login_fail"}, {"event": "authn_login_fail", "address": None}):
        assert names(find([line] * many)) == [("failed_authentication_burst", "")]


def test_probing_and_walking_are_told_by_caller(find: Find, app: Flask) -> None:
    missing = {"event": "authz_fail", "reason": "the scope probes:write is missing", "caller": "ada"}
    assert names(find([missing] * (limit(app, "scope_probing") + 1))) == [("scope_probing", "ada")]
    assert find([missing, {**missing, "caller": "grace"}] * limit(app, "scope_probing")) == []
    most = limit(app, "id_enumeration")
    assert names(find([request(404, caller="ada")] * (most + 1))) == [("id_enumeration", "ada")]
    assert names(find([request(404)] * (most + 1))) == [("id_enumeration", "192.0.2.1")]
    assert find([request(404, caller=caller) for caller in ("ada", "grace") for _ in range(most)]) == []


@pytest.mark.parametrize(
    ("anomaly", "odd"),
    [("rate_limit_pressure", request(429)), ("error_rate", request(500)), ("latency", request(duration_ms=501.0))],
)
def test_a_share_is_told_when_it_is_large_and_of_enough_answers(
    find: Find, app: Flask, anomaly: str, odd: Line
) -> None:
    at_least, share = (getattr(registered(app, "Anomalies")[anomaly], name) for name in ("at_least", "limit"))
    fine = round(1 / share) - 1  # answers to one odd one, at the limit
    assert find(([request()] * fine + [odd]) * (at_least + 30), seconds=0.1) == []
    assert find(([request()] * (fine - 1) + [odd]) * at_least, seconds=0.1) == []
    assert names(find(([request()] * (fine - 1) + [odd]) * (at_least + 30), seconds=0.1)) == [(anomaly, "all")]
    assert find([{**odd, "route": "/readyz"}] * 500, seconds=0.1) == []


def test_a_storage_that_is_away_is_told(find: Find) -> None:
    away = {"event": "limiter_storage_unavailable", "reason": "TimeoutError: it is frozen"}
    assert names(find([request(), away, request()])) == [("dependency_down", "the limiter storage")]
    assert names(find([request(503, route="/readyz")])) == [("dependency_down", "a 503 response")]


def test_each_event_that_is_an_anomaly_by_itself_is_told(find: Find, app: Flask) -> None:
    for name, anomaly in registered(app, "Anomalies").items():
        for event in registered(app, "SecurityEvents"):
            line = {"event": event, "credential": "aaaabbbbcccc"}
            if anomaly.limit == 0 and anomaly.source(line):
                assert names(find([line])) == [(name, "aaaabbbbcccc")]


@pytest.mark.parametrize(("days", "found"), [(20, []), (3, [("certificate_expiry", "server.pem")])])
def test_a_certificate_that_ends_soon_is_told(
    find: Find, monkeypatch: pytest.MonkeyPatch, service: ModuleType, days: int, found: list[tuple[str, str]]
) -> None:
    ends = (datetime.now(UTC) + timedelta(days=days)).timestamp()
    monkeypatch.setattr(service.core.certificate, "ends", lambda *_: ends)
    assert names(find([])) == found


def test_what_is_older_or_no_line_of_the_journal_is_passed_over(app: Flask, tmp_path: Path) -> None:
    old = {**refused("192.0.2.1"), "time": "2020-01-01T00:00:00Z"}
    journal = tmp_path / "service.log"
    strange = ["12:00:00 info request", "[]", "{", '{"time": 1}', '{"time": "2026-01-01T00:00:00Z"}', "null", '"x"']
    strange += [json.dumps(line) for line in OTHERS] + ["[" * 100_000]
    journal.write_text("\n".join([*[json.dumps(old)] * 99, *strange, ""]), "utf-8")
    done = app.test_cli_runner().invoke(args=["anomalies", "--log", str(journal)])
    assert done.exit_code == 0
    assert "Anomalies: 0. Log lines: 0." in done.stderr
    assert f"Skipped {len(strange)} lines that are not JSON log lines." in done.stderr


def test_it_reads_what_the_service_writes(app: Flask, caller: MakeCaller, capsys: pytest.CaptureFixture[str]) -> None:
    me = caller("probes:read")
    owner = me.get("/api/v1/me").json["id"]
    capsys.readouterr()
    for _ in range(limit(app, "scope_probing") + 1):
        me.post(PROBES, json={"name": "lamp"})
    journal = capsys.readouterr().out
    done = app.test_cli_runner().invoke(args=["anomalies", "--since", "5m"], input=journal)
    assert done.exit_code == 1
    assert f"scope_probing  {owner} (21)\n    One caller lacked a required scope more than 20 times" in done.stdout


@pytest.mark.parametrize("wrong", ["1", "h", "-1h", "1w", "0m", "1h30m"])
def test_a_time_that_is_none_is_refused(app: Flask, wrong: str) -> None:
    assert app.test_cli_runner().invoke(args=["anomalies", "--since", wrong]).exit_code == 2
