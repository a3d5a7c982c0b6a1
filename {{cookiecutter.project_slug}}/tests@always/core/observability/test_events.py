"""Security events: a trigger for each, and what each records about the request."""

import ast
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.event_triggers import BY_OPERATORS, SETTINGS, Trigger
from tests.core.event_triggers import TRIGGERS as BACKEND_TRIGGERS

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


def unknown_credential(caller: MakeCaller) -> None:
    client = caller()
    ((name, credential),) = client.headers.items()  # type: ignore[attr-defined]
    client.get("/api/v1/me", headers={name: credential + "x"})


def missing_scope(caller: MakeCaller) -> None:
    caller("probes:read").post("/api/v1/probes", json={"name": "lamp"})


def admin_endpoint(caller: MakeCaller) -> None:
    caller("admin").get("/api/v1/admin/stats")


def plain_http(caller: MakeCaller) -> None:
    caller().get("/api/v1/me", headers={"X-Forwarded-Proto": "http"})


def too_many_requests(caller: MakeCaller) -> None:
    client = caller()
    for _ in range(31):
        client.get("/no/such/path")


def invalid_body(caller: MakeCaller) -> None:
    caller().post("/api/v1/probes", json={"name": 1})


def foreign_origin(caller: MakeCaller) -> None:
    caller().get("/api/v1/probes", headers={"Origin": "https://elsewhere.example"})


def foreign_object(caller: MakeCaller) -> None:
    created = caller().post("/api/v1/probes", json={"name": "lamp"})
    caller().get(created.headers["Location"])


TRIGGERS: Mapping[str, Trigger] = {
    "authn_login_fail": unknown_credential,
    "authz_admin": admin_endpoint,
    "authz_fail": missing_scope,
    "credential_exposed": plain_http,
    "excess_rate_limit_exceeded": too_many_requests,
    "input_validation_fail": invalid_body,
    "malicious_cors": foreign_origin,
    "malicious_direct_reference": foreign_object,
    **BACKEND_TRIGGERS,
}
OF_CORE = {"credential_exposed": {"server_tls": "false", "server_trusted_proxies": "1"}}
BY_THE_SERVER = {"sys_startup", "sys_shutdown", "sys_restart"}
# Resources whose objects have an owner record this one.
BY_RESOURCES = {"malicious_direct_reference"}


def lines(text: str, event: str) -> list[dict[str, Any]]:
    """Return the log lines of this event."""
    found = [json.loads(line) for line in text.split("\n") if line.startswith("{")]
    return [line for line in found if line["event"] == event]


@pytest.mark.parametrize("event", TRIGGERS)
@pytest.mark.control("L3")
def test_an_event_records_the_client_the_request_and_a_reason(
    make_app: MakeApp, caller: MakeCaller, capsys: pytest.CaptureFixture[str], event: str
) -> None:
    app = make_app(**{**OF_CORE, **SETTINGS}.get(event, {}))
    capsys.readouterr()
    TRIGGERS[event](lambda *scopes, **options: caller(*scopes, **options, app=app))
    log = capsys.readouterr().out
    line = lines(log, event)[0]
    assert line["reason"]
    assert line["address"] == "127.0.0.1"
    assert line["path"].startswith("/")
    assert line["method"]
    (request,) = [other for other in lines(log, "request") if other["request_id"] == line["request_id"]]
    assert request.get("caller") == line.get("caller")


@pytest.mark.control("L3")
def test_rejections_are_security_events(
    make_app: MakeApp, caller: MakeCaller, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app(limits_unknown_paths="1/minute")
    mine, other, reader = caller(app=app), caller(app=app), caller("probes:read", app=app)
    location = mine.post("/api/v1/probes", json={"name": "x"}).headers["Location"]
    capsys.readouterr()
    app.test_client().get("/api/v1/me")
    reader.post("/api/v1/probes", json={"name": "x"})
    mine.post("/api/v1/probes", json={})
    other.get(location)
    mine.get("/api/v1/me", headers={"Origin": "https://evil.example"})
    for _ in range(2):
        mine.get("/nothing")
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    events = {line["event"]: line for line in logged if line["event"] != "request"}
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


@pytest.mark.control("L3")
def test_no_event_is_recorded_before_the_commit(service: ModuleType) -> None:
    """An event inside ``with transaction()`` would state what a failed commit undoes."""
    blocks = [
        node
        for module in Path(service.core.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.With) and "transaction()" in ast.unparse(node.items[0])
    ]
    assert blocks
    assert not [ast.unparse(node) for node in blocks if "events.record(" in ast.unparse(node)]


@pytest.mark.control("L3")
def test_every_event_of_core_is_recorded_and_triggered(service: ModuleType) -> None:
    core = service.core
    recorded = {
        ast.unparse(node.args[0]).rpartition(".")[2].lower()
        for module in Path(core.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "events.record"
    } | BY_RESOURCES
    # The tests of an optional feature trigger its events.
    features = getattr(core.auth.backend, "FEATURES", None)
    of_features = {event.name for event in features.security_events} if features else set()
    assert recorded - of_features == set(TRIGGERS) | BY_THE_SERVER | BY_OPERATORS
    declared = (*core.observability.events.SECURITY_EVENTS, *core.auth.backend.SECURITY_EVENTS)
    assert recorded == {event.name for event in declared}
