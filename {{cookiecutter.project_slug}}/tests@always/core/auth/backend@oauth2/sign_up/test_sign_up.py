"""``POST /api/v1/register``."""

from collections.abc import Callable
from secrets import token_hex

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.core.browser import Browser
from tests.core.credentials import PASSWORD

MakeApp = Callable[..., Flask]


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    """A client of a service that allows sign-up."""
    return make_app(sign_up_enabled="true", limits_sign_ups="100/minute").test_client()


def sign_up(client: FlaskClient, name: str, password: str = PASSWORD, **fields: str) -> TestResponse:
    account = {"username": name, "email": f"{name}@example.com", "password": password}
    return client.post("/api/v1/register", json={**account, **fields})


def test_sign_up_is_disabled_by_default(app: Flask) -> None:
    assert sign_up(app.test_client(), "newton").status_code == 403


def test_a_new_user_can_sign_in_and_has_the_sign_up_scopes(client: FlaskClient) -> None:
    name = f"user-{token_hex(4)}"
    created = sign_up(client, name)
    assert created.status_code == 201
    assert created.json == {"id": created.json["id"], "username": name, "scopes": ["probes:read", "probes:write"]}
    assert Browser(client.application, name).sign_in().status_code == 303
    assert sign_up(client, name).status_code == 409


def test_a_sign_up_is_recorded(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    created = sign_up(client, f"user-{token_hex(4)}").json
    (line,) = [line for line in capsys.readouterr().out.splitlines() if '"event":"user_created"' in line]
    assert created["id"] in line


@pytest.mark.parametrize("field", ["scopes", "is_admin", "id", "locked_at"])
@pytest.mark.control("Z2")
def test_fields_that_the_service_sets_are_rejected(client: FlaskClient, field: str) -> None:
    assert sign_up(client, "mallory", **{field: "admin"}).status_code == 422


@pytest.mark.parametrize("name", ["ab", "A", "-ab", "a" * 33, "a b", "\u00e4bc", "a/b", ""])
def test_an_invalid_name_is_rejected(client: FlaskClient, name: str) -> None:
    assert sign_up(client, name).status_code == 422


@pytest.mark.control("W6")
@pytest.mark.parametrize("password", ["", "fourteen chars", "passwordpassword", "lovelacelovelace"])
def test_the_password_policy_applies(client: FlaskClient, password: str) -> None:
    rejected = sign_up(client, "lovelace", password)
    assert rejected.status_code == 422
    assert [error["pointer"] for error in rejected.json["errors"]] == ["#/password"]
