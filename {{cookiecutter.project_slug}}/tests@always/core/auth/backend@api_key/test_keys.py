"""``/api/v1/keys``: create, list, rotate and revoke keys."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.exceptions import ServiceUnavailable

from tests.core.credentials import client_with
from tests.core.registry import registered

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
KEYS = "/api/v1/keys"
NEVER_VALID = "The new key would expire before it becomes valid."
ME = "/api/v1/me"


def test_a_caller_creates_lists_and_reads_its_keys(caller: MakeCaller, app: Flask) -> None:
    me = caller("keys:manage probes:read")
    created = me.post(KEYS, json={"name": "reader", "scopes": ["probes:read"], "expires_in_days": 7})
    assert created.status_code == 201
    assert set(created.json) == {"id", "key", "expires_at"}
    read = me.get(created.headers["Location"]).json
    assert read["scopes"] == ["probes:read"]
    assert "key" not in read
    assert "digest" not in read
    assert created.json["id"] in [key["id"] for key in me.get(KEYS).json["keys"]]
    assert client_with(app, created.json["key"]).get(ME).json["scopes"] == ["probes:read"]


def test_a_revoked_key_is_hidden_from_callers_and_listed_for_operators(caller: MakeCaller, app: Flask) -> None:
    me = caller("keys:manage probes:read")
    created = me.post(KEYS, json={"name": "short", "scopes": ["probes:read"], "expires_in_days": 7.0})
    path = created.headers["Location"]
    assert me.delete(path).status_code == 204
    assert {me.get(path).status_code, me.delete(path).status_code} == {404}
    assert me.post(f"{path}/rotate").status_code == 404
    assert created.json["id"] not in [key["id"] for key in me.get(KEYS).json["keys"]]
    assert created.json["id"] in app.test_cli_runner().invoke(args=["keys", "list"]).stdout


def test_a_rotated_key_remains_valid_for_the_overlap(caller: MakeCaller, app: Flask) -> None:
    me = caller("keys:manage probes:read")
    path = f"{KEYS}/{me.headers['X-API-Key'].split('_')[2]}"  # type: ignore[attr-defined]
    created = me.post(f"{path}/rotate")
    assert created.status_code == 201
    new = client_with(app, created.json["key"])
    assert new.get(ME).json["scopes"] == ["keys:manage", "probes:read"]
    assert new.get(created.headers["Location"]).json["replaces"] == path.rpartition("/")[2]
    assert me.get(ME).status_code == 200
    assert me.get(ME).json["expires_at"] < new.get(ME).json["expires_at"]
    assert new.post(f"{path}/rotate").status_code == 409


def test_a_key_whose_replacement_would_never_be_valid_cannot_be_rotated(make_app: MakeApp) -> None:
    app = make_app()

    def create(days: int, *options: str) -> Any:
        args = ["keys", "create", "--name", "ci", "--owner", "ci", "--scopes", "keys:manage", *options]
        args += ["--expires-in", str(days)]
        return json.loads(app.test_cli_runner().invoke(args=[*args, "--json"], catch_exceptions=False).stdout)

    not_before = f"{datetime.now(UTC) + timedelta(days=40):%Y-%m-%d}"
    me, later = client_with(app, create(30)["key"]), create(365, "--not-before", not_before)
    rejected = me.post(f"{KEYS}/{later['id']}/rotate")
    assert (rejected.status_code, rejected.json["detail"]) == (409, NEVER_VALID)
    with_maximum = make_app(keys_max_days="30", keys_default_days="30")
    result = with_maximum.test_cli_runner().invoke(args=["keys", "rotate", later["id"]])
    assert (result.exit_code, result.stderr) == (1, f"Error: {NEVER_VALID} Create another one.\n")


def test_a_lifetime_above_the_maximum_is_rejected(make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(keys_max_days="30", keys_default_days="30")
    me, body = caller("keys:manage admin", app=app), {"name": "long", "scopes": ["keys:manage"]}
    rejected = me.post(KEYS, json={**body, "expires_in_days": 31})
    detail = "Must be at most 30, the maximum lifetime of a key."
    assert rejected.status_code == 422
    assert rejected.json["errors"] == [{"pointer": "#/expires_in_days", "detail": detail}]
    assert me.post(KEYS, json={**body, "expires_in_days": 30}).status_code == 201
    args = ["keys", "create", "--name", "long", "--expires-in"]
    result = app.test_cli_runner().invoke(args=[*args, "31"])
    assert result.exit_code == 2
    assert "--expires-in: must be at most 30, the maximum lifetime of a key" in result.stderr
    assert app.test_cli_runner().invoke(args=[*args, "30"]).exit_code == 0


@pytest.mark.control("L3")
def test_a_failed_commit_is_not_recorded_as_an_event(
    app: Flask, caller: MakeCaller, capsys: pytest.CaptureFixture[str]
) -> None:
    me = caller("keys:manage", owner="ada")
    path = f"{KEYS}/{me.get(ME).json['credential']}"
    capsys.readouterr()

    def fail(_connection: object) -> None:
        raise ServiceUnavailable("The disk is full.")

    event.listen(registered(app, "Database").engine, "commit", fail)
    try:
        assert me.post(KEYS, json={"name": "new", "scopes": ["keys:manage"]}).status_code == 503
        assert me.delete(path).status_code == 503
        assert "authn_token_" not in capsys.readouterr().out
    finally:
        event.remove(registered(app, "Database").engine, "commit", fail)
    assert me.delete(path).status_code == 204
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "authn_token_revoked" in line]
    assert json.loads(line)["owner"] == "ada"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["made:up"]},
        {"name": "x", "scopes": ["probes:read", "probes:read"]},
        {"name": "x", "scopes": "probes:read"},
        {"name": "x", "scopes": [1]},
        {"name": "x", "scopes": ["probes:read"], "expires_in_days": 0},
        {"name": "x", "scopes": ["probes:read"], "expires_in_days": 366},
        {"name": "x", "scopes": ["probes:read"], "expires_in_days": True},
        {"name": "x", "scopes": ["probes:read"], "expires_in_days": 1.5},
        {"name": "x", "scopes": ["probes:read"], "owner": "another"},
        {"name": "x", "scopes": ["probes:read"], "rate": "9/second"},
    ],
)
@pytest.mark.control("Z2", "I3")
def test_an_invalid_new_key_is_422(caller: MakeCaller, body: dict[str, object]) -> None:
    assert caller("keys:manage probes:read").post(KEYS, json=body).status_code == 422
