"""``/api/v1/keys``: create, list, rotate and revoke keys; how a key is stored."""

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.exceptions import ServiceUnavailable

from tests.core.registry import registered

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
KEYS = "/api/v1/keys"
NEVER_VALID = "The new key would expire before it becomes valid."
ME = "/api/v1/me"


def client_with(app: Flask, key: str) -> FlaskClient:
    """Return a client that sends the key."""
    client = app.test_client()
    client.headers = {"X-API-Key": key}  # type: ignore[attr-defined]
    return client


def test_a_key_has_the_documented_format(app: Flask, service: ModuleType) -> None:
    with app.app_context():
        key_id, key = service.core.auth.backend.key_format.generate()
        assert service.core.auth.backend.key_format.parse_id(key) == key_id
    name, stage, key_id, secret = key.split("_")
    assert name.isalnum()
    assert stage == "live"
    assert (len(key_id), len(secret)) == (12, 49)


@pytest.mark.parametrize("position", [0, 5, -50, -20, -3, -1])
def test_the_checksum_detects_a_mistyped_key(app: Flask, service: ModuleType, position: int) -> None:
    with app.app_context():
        characters = list(service.core.auth.backend.key_format.generate()[1])
    characters[position] = "a" if characters[position] != "a" else "b"
    assert service.core.auth.backend.key_format.parse_id("".join(characters)) is None


@pytest.mark.control("A8")
def test_only_a_keyed_hash_of_a_key_is_stored(app: Flask, caller: MakeCaller, service: ModuleType) -> None:
    key = caller().headers["X-API-Key"]  # type: ignore[attr-defined]
    models = service.core.auth.backend.models
    with app.app_context(), service.core.database.connect() as connection:
        row = connection.execute(select(models.Key).where(models.Key.id == key.split("_")[2])).one()
        pepper = service.core.settings.get_settings(app, service.core.auth.backend.settings.KeySettings).key_pepper
        assert row.digest == hmac.digest(pepper.encode(), key.encode(), "sha256")
        assert key.split("_")[3] not in str(row)
        events = connection.execute(select(models.KeyEvent).where(models.KeyEvent.key_id == row.id)).all()
    assert [row.event for row in events] == ["created"]


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


@pytest.mark.control("Z7")
def test_a_caller_cannot_grant_a_scope_that_it_lacks(caller: MakeCaller) -> None:
    me = caller("keys:manage probes:read")
    for scopes in (["admin"], ["probes:write"], ["probes:read", "admin"]):
        assert me.post(KEYS, json={"name": "more", "scopes": scopes}).status_code == 403


@pytest.mark.control("Z7")
def test_a_key_expires_no_later_than_the_key_that_created_it(caller: MakeCaller) -> None:
    me = caller("keys:manage")
    own_expiry = datetime.fromisoformat(me.get(ME).json["expires_at"])
    created = me.post(KEYS, json={"name": "long", "scopes": ["keys:manage"], "expires_in_days": 365}).json
    assert datetime.fromisoformat(created["expires_at"]) <= own_expiry
    admin = caller("keys:manage admin")
    created = admin.post(KEYS, json={"name": "long", "scopes": ["probes:read"], "expires_in_days": 365}).json
    assert datetime.fromisoformat(created["expires_at"]) > own_expiry


@pytest.mark.control("Z7")
def test_a_caller_cannot_rotate_a_key_with_scopes_that_it_lacks(caller: MakeCaller) -> None:
    strong = caller("keys:manage probes:write admin", owner="both")
    weak = caller("keys:manage", owner="both")
    strong_id = strong.headers["X-API-Key"].split("_")[2]  # type: ignore[attr-defined]
    assert weak.post(f"{KEYS}/{strong_id}/rotate").status_code == 403


@pytest.mark.control("Z1", "Z7")
@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("DELETE", ""), ("POST", "/rotate")])
def test_the_key_of_another_owner_is_404(caller: MakeCaller, method: str, tail: str) -> None:
    other, me, admin = caller("keys:manage"), caller("keys:manage"), caller("keys:manage admin")
    path = f"{KEYS}/{other.headers['X-API-Key'].split('_')[2]}"  # type: ignore[attr-defined]
    assert me.open(path + tail, method=method).status_code == 404
    assert other.get(ME).status_code == 200
    assert admin.get(path).status_code == 200


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
        args = ["keys", "create", "--name", "ci", "--scopes", "keys:manage", "--expires-in", str(days), *options]
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


def test_a_key_can_have_its_own_rate(app: Flask) -> None:
    args = ["keys", "create", "--name", "slow", "--scopes", "probes:read", "--rate", "2/day", "--json"]
    key = json.loads(app.test_cli_runner().invoke(args=args).stdout)["key"]
    client = client_with(app, key)
    assert [client.get(ME).status_code for _ in range(3)] == [200, 200, 429]


def test_keys_of_the_previous_pepper_remain_valid(
    make_app: MakeApp, caller: MakeCaller, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    key = caller(app=make_app()).headers["X-API-Key"]  # type: ignore[attr-defined]
    new = {"key_pepper": "another pepper 0123456789 abcdefghijk"}
    assert client_with(make_app(**new), key).get(ME).status_code == 401
    assert '"reason":"the pepper of the key is not in the settings"' in capsys.readouterr().out
    with_previous = make_app(**new, key_pepper_previous=environ["APP_KEY_PEPPER"])
    assert client_with(with_previous, key).get(ME).status_code == 200
