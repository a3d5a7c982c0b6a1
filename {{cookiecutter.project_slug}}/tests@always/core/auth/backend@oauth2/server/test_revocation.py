"""``/oauth2/revoke`` and ``/oauth2/introspect``."""

from typing import Any

import pytest
from flask import Flask

from tests.core.authorization_code import tokens_for
from tests.core.credentials import create_client, create_service_client, post_form

ME = "/api/v1/me"
INACTIVE = {"active": False}


def revoke(app: Flask, client: dict[str, str], token: str, **more: str) -> Any:
    return post_form(app, "/oauth2/revoke", client, {"token": token, **more})


def introspect(app: Flask, client: dict[str, str], token: str, **more: str) -> Any:
    return post_form(app, "/oauth2/introspect", client, {"token": token, **more}).json


def status(app: Flask, token: str) -> int:
    return app.test_client().get(ME, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.mark.parametrize("public", [(), ("--public",)], ids=["confidential", "public"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense", "\u00e4"])
@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
@pytest.mark.control("O14")
@pytest.mark.control("Z6")
def test_a_revoked_token_stops_working_with_any_hint(
    app: Flask, public: tuple[str, ...], hint: str | None, token: str
) -> None:
    client = create_client(app, *public)
    issued = tokens_for(app, client, "ada")
    assert status(app, issued["access_token"]) == 200
    response = revoke(app, client, issued[token], **({"token_type_hint": hint} if hint else {}))
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert status(app, issued["access_token"]) == 401
    form = {"grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    assert (post_form(app, "/oauth2/token", client, form).status_code == 200) is (token == "access_token")


@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
@pytest.mark.control("L3")
def test_a_token_is_revoked_once(app: Flask, capsys: pytest.CaptureFixture[str], token: str) -> None:
    client = create_client(app)
    issued = tokens_for(app, client, "ada")
    capsys.readouterr()
    for _ in range(2):
        assert revoke(app, client, issued[token]).status_code == 200
    assert capsys.readouterr().out.count('"event":"authn_token_revoked"') == 1


@pytest.mark.control("O14")
def test_the_token_of_another_client_is_not_revoked(app: Flask) -> None:
    client, other = create_client(app), create_client(app)
    issued = tokens_for(app, client, "ada")
    for token in ("access_token", "refresh_token"):
        assert revoke(app, other, issued[token]).status_code == 200
    assert status(app, issued["access_token"]) == 200
    form = {"grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    assert post_form(app, "/oauth2/token", client, form).status_code == 200


@pytest.mark.parametrize("token", ["x", "a.b.c", "\u00e4", "x" * 10_000, '"', "eyJhbGciOiJub25lIn0.e30."])
@pytest.mark.control("O14")
def test_an_unknown_token_is_not_an_error(app: Flask, token: str) -> None:
    client = create_service_client(app)
    assert revoke(app, client, token).status_code == 200
    assert introspect(app, client, token) == INACTIVE


def test_the_token_is_required(app: Flask) -> None:
    client = create_service_client(app)
    for path in ("/oauth2/revoke", "/oauth2/introspect"):
        assert post_form(app, path, client, {}).json["error"] == "invalid_request"


@pytest.mark.control("O15")
def test_the_client_and_resource_servers_may_introspect_a_token(app: Flask) -> None:
    client, resource = create_client(app), create_service_client(app, "--introspects")
    issued = tokens_for(app, client, "ada", "probes:read")
    for authenticated in (client, resource):
        state = introspect(app, authenticated, issued["access_token"])
        assert state["active"] is True
        assert (state["client_id"], state["scope"], state["token_type"]) == (client["id"], "probes:read", "Bearer")
        assert set(state) == {
            *("active", "scope", "client_id", "token_type", "sub", "aud", "iss", "jti", "iat", "exp"),
        }
    state = introspect(app, client, issued["refresh_token"], token_type_hint="access_token")
    assert (state["active"], state["client_id"], state["scope"]) == (True, client["id"], "probes:read")


@pytest.mark.control("O15")
def test_other_clients_tokens_and_inactive_tokens_are_reported_as_inactive(app: Flask) -> None:
    client = create_client(app)
    issued = tokens_for(app, client, "ada")
    for token in ("access_token", "refresh_token"):
        assert introspect(app, create_service_client(app), issued[token]) == INACTIVE
    form = {"grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    post_form(app, "/oauth2/token", client, form)
    assert introspect(app, client, issued["refresh_token"]) == INACTIVE
    revoke(app, client, issued["access_token"])
    assert introspect(app, client, issued["access_token"]) == INACTIVE


@pytest.mark.control("O15")
def test_introspection_requires_client_authentication(app: Flask) -> None:
    client = create_client(app, "--public")
    issued = tokens_for(app, client, "ada")
    rejected = post_form(app, "/oauth2/introspect", client, {"token": issued["access_token"]})
    assert (rejected.status_code, rejected.json["error"]) == (401, "invalid_client")
    anonymous = app.test_client().post("/oauth2/introspect", data={"token": issued["access_token"]})
    assert anonymous.status_code == 401
