"""``POST /api/v1/register``."""

import json
from collections.abc import Callable
from secrets import token_hex
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    """A client of a service that allows sign-up."""
    return make_app(sign_up_enabled="true", limits_sign_ups="100/minute").test_client()


def sign_up(client: FlaskClient, **fields: Any) -> TestResponse:
    """Sign up with a new name, unless ``fields`` contain another one."""
    user = {"username": f"u{token_hex(6)}", "email": "someone@example.org"}
    return client.post("/api/v1/register", json={**user, **fields})


def test_sign_up_is_disabled_by_default(app: Flask) -> None:
    assert sign_up(app.test_client()).status_code == 403


def test_a_new_user_gets_a_first_key_with_the_sign_up_scopes(client: FlaskClient) -> None:
    created = sign_up(client)
    assert created.status_code == 201
    assert created.json["scopes"] == ["probes:read", "probes:write"]
    headers = {"X-API-Key": created.json["key"]}
    assert client.post("/api/v1/probes", json={"name": "mine"}, headers=headers).status_code == 201
    assert client.get("/api/v1/me", headers=headers).json["id"] == created.json["username"]


def test_the_creator_of_the_first_key_is_sign_up(client: FlaskClient) -> None:
    """A username could also be the name of an operator."""
    name = sign_up(client).json["username"]
    runner = client.application.test_cli_runner()
    keys = json.loads(runner.invoke(args=["keys", "list", "--owner", name, "--json"]).stdout)
    assert [key["created_by"] for key in keys] == ["sign-up"]


@pytest.mark.control("L3")
def test_a_sign_up_is_a_security_event(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    name = sign_up(client).json["username"]
    (event,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"event":"user_created"' in line]
    assert event["owner"] == name
    assert event["reason"]
    assert event["address"] == "127.0.0.1"
    assert (event["method"], event["path"]) == ("POST", "/api/v1/register")


def test_a_taken_name_is_409(client: FlaskClient, caller: MakeCaller) -> None:
    name = sign_up(client).json["username"]
    assert sign_up(client, username=name).status_code == 409
    owner = f"op{token_hex(6)}"
    caller(owner=owner, app=client.application)  # the owner of a key that an operator created
    assert sign_up(client, username=owner).status_code == 409


@pytest.mark.control("R4")
def test_sign_ups_from_one_address_are_limited(make_app: MakeApp) -> None:
    client = make_app(sign_up_enabled="true", limits_sign_ups="2/day").test_client()
    assert [sign_up(client).status_code for _ in range(3)] == [201, 201, 429]


@pytest.mark.control("I3")
@pytest.mark.parametrize(
    "invalid",
    [
        {"username": "ab"},
        {"username": "Ada"},
        {"username": "a" * 33},
        {"username": "-ada"},
        {"username": "a\nb"},
        {"username": "ada\n"},
        {"username": 7},
        {"email": "ada"},
        {"email": "a@b@c"},
        {"email": "a" * 300 + "@example.org"},
        {"email": ""},
        {"scopes": ["admin"]},
        {"is_admin": True},
    ],
)
def test_an_invalid_sign_up_is_422(client: FlaskClient, invalid: dict[str, object]) -> None:
    assert sign_up(client, **invalid).status_code == 422
