"""Sign-up: closed unless the settings open it."""

import json
from collections.abc import Callable
from secrets import token_hex

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
REGISTER = "/api/v1/register"


def person() -> dict[str, str]:
    """Return a new person."""
    return {"username": f"u{token_hex(6)}", "email": "someone@example.org"}


def test_sign_up_is_closed_by_default(client: FlaskClient) -> None:
    assert client.post(REGISTER, json=person()).status_code == 403


def test_a_new_caller_gets_a_first_key_once(make_app: MakeApp) -> None:
    client = make_app(sign_up_enabled="true").test_client()
    signed_up = client.post(REGISTER, json=person())
    assert signed_up.status_code == 201
    assert signed_up.json["scopes"] == ["probes:read", "probes:write"]
    headers = {"X-API-Key": signed_up.json["key"]}
    assert client.post("/api/v1/probes", json={"name": "mine"}, headers=headers).status_code == 201
    assert client.get("/api/v1/me", headers=headers).json["id"] == signed_up.json["username"]


def test_a_first_key_tells_that_it_came_by_sign_up_and_not_a_name_that_might_be_an_operators(make_app: MakeApp) -> None:
    app = make_app(sign_up_enabled="true")
    name = app.test_client().post(REGISTER, json=person()).json["username"]
    listed = json.loads(app.test_cli_runner().invoke(args=["keys", "list", "--owner", name, "--json"]).stdout)
    assert [key["created_by"] for key in listed] == ["sign-up"]


def test_a_taken_name_is_409_also_when_an_operator_took_it(make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(sign_up_enabled="true")
    taken = person()
    client = app.test_client()
    assert client.post(REGISTER, json=taken).status_code == 201
    assert client.post(REGISTER, json=taken).status_code == 409
    operators = f"op{token_hex(6)}"
    caller(owner=operators, app=app)
    assert client.post(REGISTER, json={**person(), "username": operators}).status_code == 409


@pytest.mark.control("R4")
def test_sign_ups_have_a_budget(make_app: MakeApp) -> None:
    client = make_app(sign_up_enabled="true", limits_sign_ups="2/day").test_client()
    assert [client.post(REGISTER, json=person()).status_code for _ in range(3)] == [201, 201, 429]


@pytest.mark.control("I3")
@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "ab"},
        {"username": "Ada"},
        {"username": "a" * 33},
        {"username": "-ada"},
        {"username": "a\nb"},
        {"username": "ada\n"},
        {"username": 7},
        {"email": "nobody"},
        {"email": "a@b@c"},
        {"email": "a" * 300 + "@example.org"},
        {"email": ""},
        {"scopes": ["admin"]},
        {"is_admin": True},
    ],
)
def test_a_sign_up_of_the_wrong_form_is_422(make_app: MakeApp, wrong: dict[str, object]) -> None:
    client = make_app(sign_up_enabled="true").test_client()
    assert client.post(REGISTER, json={**person(), **wrong}).status_code == 422
