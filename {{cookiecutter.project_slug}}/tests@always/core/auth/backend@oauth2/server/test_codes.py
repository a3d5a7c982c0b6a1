"""``/oauth2/token`` with an authorization code."""

import time
from typing import Any

import orjson
import pytest
import time_machine
from flask import Flask
from joserfc import jws
from joserfc.util import urlsafe_b64decode

from tests.core.authorization_code import get_code, redeem, tokens_for
from tests.core.credentials import CALLBACK, create_client, is_accepted, refresh

ME = "/api/v1/me"


def decode_claims(token: str) -> Any:
    return orjson.loads(urlsafe_b64decode(token.split(".")[1].encode()))


@pytest.mark.parametrize("public", [(), ("--public",)], ids=["confidential", "public"])
@pytest.mark.control("O18")
def test_a_code_is_exchanged_for_an_access_token(app: Flask, public: tuple[str, ...]) -> None:
    client = create_client(app, *public)
    response = redeem(app, client, *get_code(app, client, scope="probes:read"))
    assert response.status_code == 200
    assert set(response.json) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert (response.json["token_type"], response.json["expires_in"], response.json["scope"]) == (
        "Bearer",
        600,
        "probes:read",
    )
    header = jws.extract_compact(response.json["access_token"].encode()).headers()
    assert (header["typ"], header["alg"], len(header["kid"])) == ("at+jwt", "ES256", 43)
    claims = decode_claims(response.json["access_token"])
    assert claims["aud"] == claims["iss"] == "https://localhost:8443"
    assert claims["client_id"] == client["id"]
    assert claims["exp"] - claims["iat"] == 600
    assert set(claims) == {"iss", "aud", "sub", "client_id", "iat", "exp", "jti", "scope"}
    me = app.test_client().get(ME, headers={"Authorization": f"Bearer {response.json['access_token']}"}).json
    assert (me["id"], me["scopes"], me["credential"]) == (claims["sub"], ["probes:read"], claims["jti"])


@pytest.mark.control("O3")
def test_a_code_works_once_and_a_replay_revokes_its_tokens(app: Flask) -> None:
    client = create_client(app)
    other = tokens_for(app, client, "ada")
    code, verifier = get_code(app, client)
    issued = redeem(app, client, code, verifier).json
    assert is_accepted(app, issued["access_token"])
    replayed = redeem(app, client, code, verifier)
    assert (replayed.status_code, replayed.json["error"]) == (400, "invalid_grant")
    assert not is_accepted(app, issued["access_token"])
    assert refresh(app, client, issued["refresh_token"]).json["error"] == "invalid_grant"
    assert is_accepted(app, other["access_token"])


@pytest.mark.control("O4")
def test_a_code_expires_after_a_minute(app: Flask) -> None:
    client = create_client(app)
    code, verifier = get_code(app, client)
    with time_machine.travel(61 + time.time(), tick=True):
        assert redeem(app, client, code, verifier).json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "b" * 43},
        {"code_verifier": ""},
        {"code_verifier": "short"},
        {"code_verifier": "\u00e4" * 43},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": ""},
        {"code": "x"},
        {"code": ""},
        {"code": "\U0001f600"},
    ],
)
@pytest.mark.control("O4")
def test_a_code_is_bound_to_verifier_and_redirect_uri(app: Flask, wrong: dict[str, str]) -> None:
    client = create_client(app)
    code, verifier = get_code(app, client)
    rejected = redeem(app, client, code, verifier, **wrong)
    assert rejected.status_code == 400
    assert rejected.json["error"] in {"invalid_grant", "invalid_request"}
    assert redeem(app, client, code, verifier).status_code == 200


@pytest.mark.control("O4")
def test_a_code_is_bound_to_its_client(app: Flask) -> None:
    client = create_client(app)
    code, verifier = get_code(app, client)
    assert redeem(app, create_client(app), code, verifier).json["error"] == "invalid_grant"
    assert redeem(app, client, code, verifier).status_code == 200
