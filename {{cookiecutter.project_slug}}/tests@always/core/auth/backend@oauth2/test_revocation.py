"""``/oauth2/revoke`` and ``/oauth2/introspect``: how tokens end, and who may ask about them."""

from typing import Any

import pytest
from flask import Flask

from tests.core.credentials import make_client, make_service_client, post, tokens_for

ME = "/api/v1/me"
INACTIVE = {"active": False}


def revoke(app: Flask, client: dict[str, str], token: str, **more: str) -> Any:
    return post(app, "/oauth2/revoke", client, {"token": token, **more})


def introspect(app: Flask, client: dict[str, str], token: str, **more: str) -> Any:
    return post(app, "/oauth2/introspect", client, {"token": token, **more}).json


def status(app: Flask, token: str) -> int:
    return app.test_client().get(ME, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.mark.parametrize("public", [(), ("--public",)], ids=["confidential", "public"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense", "\u00e4"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.control("O14")
@pytest.mark.control("Z6")
def test_a_revoked_token_stops_working_whatever_the_hint(
    app: Flask, public: tuple[str, ...], hint: str | None, kind: str
) -> None:
    client = make_client(app, *public)
    given = tokens_for(app, client, "ada")
    assert status(app, given["access_token"]) == 200
    answer = revoke(app, client, given[kind], **({"token_type_hint": hint} if hint else {}))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert status(app, given["access_token"]) == 401
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert (post(app, "/oauth2/token", client, form).status_code == 200) is (kind == "access_token")


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.control("L3")
def test_what_has_ended_is_revoked_once(app: Flask, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    client = make_client(app)
    given = tokens_for(app, client, "ada")
    capsys.readouterr()
    for _ in range(2):
        assert revoke(app, client, given[kind]).status_code == 200
    assert capsys.readouterr().out.count('"event":"authn_token_revoked"') == 1


@pytest.mark.control("O14")
def test_the_token_of_another_client_is_untouched(app: Flask) -> None:
    client, other = make_client(app), make_client(app)
    given = tokens_for(app, client, "ada")
    for kind in ("access_token", "refresh_token"):
        assert revoke(app, other, given[kind]).status_code == 200
    assert status(app, given["access_token"]) == 200
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert post(app, "/oauth2/token", client, form).status_code == 200


@pytest.mark.parametrize("token", ["x", "a.b.c", "\u00e4", "x" * 10_000, '"', "eyJhbGciOiJub25lIn0.e30."])
@pytest.mark.control("O14")
def test_an_unknown_token_is_no_error(app: Flask, token: str) -> None:
    client = make_service_client(app)
    assert revoke(app, client, token).status_code == 200
    assert introspect(app, client, token) == INACTIVE


def test_a_token_must_be_named(app: Flask) -> None:
    client = make_service_client(app)
    for path in ("/oauth2/revoke", "/oauth2/introspect"):
        assert post(app, path, client, {}).json["error"] == "invalid_request"


@pytest.mark.control("O15")
def test_introspection_tells_the_client_and_protected_resources(app: Flask) -> None:
    client, resource = make_client(app), make_service_client(app, "--introspects")
    given = tokens_for(app, client, "ada", "probes:read")
    for asker in (client, resource):
        told = introspect(app, asker, given["access_token"])
        assert told["active"] is True
        assert (told["client_id"], told["scope"], told["token_type"]) == (client["id"], "probes:read", "Bearer")
        assert set(told) == {
            *("active", "scope", "client_id", "token_type", "sub", "aud", "iss", "jti", "iat", "exp"),
        }
    told = introspect(app, client, given["refresh_token"], token_type_hint="access_token")
    assert (told["active"], told["client_id"], told["scope"]) == (True, client["id"], "probes:read")


@pytest.mark.control("O15")
def test_introspection_tells_others_and_of_the_dead_nothing(app: Flask) -> None:
    client = make_client(app)
    given = tokens_for(app, client, "ada")
    for kind in ("access_token", "refresh_token"):
        assert introspect(app, make_service_client(app), given[kind]) == INACTIVE
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    post(app, "/oauth2/token", client, form)
    assert introspect(app, client, given["refresh_token"]) == INACTIVE
    revoke(app, client, given["access_token"])
    assert introspect(app, client, given["access_token"]) == INACTIVE


@pytest.mark.control("O15")
def test_introspection_is_for_clients_that_authenticate(app: Flask) -> None:
    client = make_client(app, "--public")
    given = tokens_for(app, client, "ada")
    refused = post(app, "/oauth2/introspect", client, {"token": given["access_token"]})
    assert (refused.status_code, refused.json["error"]) == (401, "invalid_client")
    anonymous = app.test_client().post("/oauth2/introspect", data={"token": given["access_token"]})
    assert anonymous.status_code == 401
