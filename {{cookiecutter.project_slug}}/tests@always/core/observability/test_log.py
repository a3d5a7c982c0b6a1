"""One JSON line for each answer and each event, and no credential in any of them."""

import json
import logging
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """Read what the journal has written since the last time."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.split("\n") if line]


@pytest.mark.control("L1")
def test_an_answer_is_one_line_whatever_the_path(caller: MakeCaller, lines: Lines) -> None:
    me = caller()
    lines()
    me.get('/a%0a%0d{"event":"forged"}%1b[31m%e2%80%a8/x', headers={"User-Agent": "a\tb"})
    access = [line for line in lines() if line["event"] == "request"]
    assert len(access) == 1
    assert access[0]["status"] == 404
    assert access[0]["time"].endswith("Z")
    assert access[0]["method"] == "GET"


@pytest.mark.control("L1")
def test_an_access_line_tells_who_asked_for_what_and_what_came_of_it(caller: MakeCaller, lines: Lines) -> None:
    me = caller()
    who = me.get("/api/v1/me").json["id"]
    lines()
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = me.get("/api/v1/probes/unknown?", headers={"traceparent": parent})
    line = next(line for line in lines() if line["event"] == "request")
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["traceparent"] == parent
    assert line["route"] == "/api/v1/probes/<probe_id>"
    assert line["caller"] == who
    assert line["address"] == "127.0.0.1"
    assert line["duration_ms"] >= 0


@pytest.mark.control("L2")
def test_no_credential_query_or_body_gets_into_a_line(caller: MakeCaller, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("werkzeug").debug("a library that talks: %s", "hunter2-debug")
    me = caller()
    credential = next(iter(me.headers.values()))  # type: ignore[attr-defined]
    me.get("/api/v1/probes", query_string={"q": "hunter2-query"})
    me.post("/api/v1/probes", json={"name": "hunter2-body", "password": "hunter2-field"})
    me.get("/api/v1/me", headers={"Authorization": "Bearer hunter2-bearer", "Cookie": "s=hunter2-cookie"})
    captured = capsys.readouterr()
    written = captured.out + captured.err
    assert "hunter2" not in written
    assert credential.rpartition(" ")[2][-40:] not in written


@pytest.mark.control("L3")
def test_refusals_are_security_events(make_app: MakeApp, caller: MakeCaller, lines: Lines) -> None:
    app = make_app(limits_unknown_paths="1/minute")
    mine, other, reader = caller(app=app), caller(app=app), caller("probes:read", app=app)
    address = mine.post("/api/v1/probes", json={"name": "x"}).headers["Location"]
    lines()
    app.test_client().get("/api/v1/me")
    reader.post("/api/v1/probes", json={"name": "x"})
    mine.post("/api/v1/probes", json={})
    other.get(address)
    mine.get("/api/v1/me", headers={"Origin": "https://evil.example"})
    for _ in range(2):
        mine.get("/nothing")
    events = {line["event"]: line for line in lines() if line["event"] != "request"}
    assert set(events) == {
        "authn_login_fail",
        "authz_fail",
        "input_validation_fail",
        "malicious_direct_reference",
        "malicious_cors",
        "excess_rate_limit_exceeded",
    }
    for event in events.values():
        assert event["request_id"]
        assert event["address"] == "127.0.0.1"
        assert event["reason"]


def test_an_exception_is_logged_with_its_trace(make_app: MakeApp, service: ModuleType, lines: Lines) -> None:
    app = make_app()
    view = service.core.declare.public(lambda: 1 / 0)
    app.add_url_rule("/broken", view_func=view, endpoint="broken")
    service.core.pipeline.check(app)
    app.test_client().get("/broken")
    assert any("ZeroDivisionError" in line.get("exception", "") for line in lines())
