"""Security events: each one that the service can record is triggered here, and tells who, where and why."""

import ast
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.event_triggers import OF_OPERATORS, SETTINGS, Trigger
from tests.core.event_triggers import TRIGGERS as OF_CREDENTIALS

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


def unknown_credential(caller: MakeCaller) -> None:
    client = caller()
    ((name, credential),) = client.headers.items()  # type: ignore[attr-defined]
    client.get("/api/v1/me", headers={name: credential + "x"})


def missing_scope(caller: MakeCaller) -> None:
    caller("probes:read").post("/api/v1/probes", json={"name": "lamp"})


def administration(caller: MakeCaller) -> None:
    caller("admin").get("/api/v1/admin/stats")


def too_many(caller: MakeCaller) -> None:
    client = caller()
    for _ in range(31):
        client.get("/no/such/path")


def wrong_input(caller: MakeCaller) -> None:
    caller().post("/api/v1/probes", json={"name": 1})


def foreign_origin(caller: MakeCaller) -> None:
    caller().get("/api/v1/probes", headers={"Origin": "https://elsewhere.example"})


def foreign_object(caller: MakeCaller) -> None:
    made = caller().post("/api/v1/probes", json={"name": "lamp"})
    caller().get(made.headers["Location"])


TRIGGERS: Mapping[str, Trigger] = {
    "authn_login_fail": unknown_credential,
    "authz_admin": administration,
    "authz_fail": missing_scope,
    "excess_rate_limit_exceeded": too_many,
    "input_validation_fail": wrong_input,
    "malicious_cors": foreign_origin,
    "malicious_direct_reference": foreign_object,
    **OF_CREDENTIALS,
}
OF_THE_SERVER = {"sys_startup", "sys_shutdown"}
# Recorded by resources whose objects have an owner.
OF_RESOURCES = {"malicious_direct_reference"}


def found(text: str, event: str) -> list[dict[str, Any]]:
    records = [json.loads(line) for line in text.split("\n") if line.startswith("{")]
    return [record for record in records if record["event"] == event]


@pytest.mark.parametrize("event", TRIGGERS)
@pytest.mark.control("L3")
def test_an_event_tells_who_where_and_why(
    make_app: MakeApp, caller: MakeCaller, capsys: pytest.CaptureFixture[str], event: str
) -> None:
    app = make_app(**SETTINGS.get(event, {}))
    capsys.readouterr()
    TRIGGERS[event](lambda *given, **more: caller(*given, **more, app=app))
    written = capsys.readouterr()
    record = found(written.out, event)[0]
    assert record["reason"]
    assert record["address"] == "127.0.0.1"
    assert record["path"].startswith("/")
    assert record["method"]
    (request,) = [one for one in found(written.out, "request") if one["request_id"] == record["request_id"]]
    assert request.get("caller") == record.get("caller")


@pytest.mark.control("L3")
def test_every_event_of_core_is_recorded_and_triggered(service: ModuleType) -> None:
    core = service.core
    recorded = {
        ast.unparse(node.args[0]).rpartition(".")[2].lower()
        for module in Path(core.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "events.record"
    } | OF_RESOURCES
    assert recorded == set(TRIGGERS) | OF_THE_SERVER | OF_OPERATORS
    declared = (*core.observability.events.SECURITY_EVENTS, *core.auth.backend.SECURITY_EVENTS)
    assert recorded == {event.name for event in declared}
