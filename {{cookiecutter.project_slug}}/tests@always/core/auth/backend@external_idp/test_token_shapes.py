"""Tokens as well-known providers send them, accepted with the settings that ``docs/authentication.md`` gives.

The shapes are the providers' own, signed here by a test key: access tokens and, beside them, the ID tokens that must
not be taken for one.
"""

import re
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.core.provider_claims import (
    AUTH0_9068,
    AUTH0_ID,
    AUTH0_OWN,
    AUTH0_PROGRAM,
    ENTRA_1,
    ENTRA_2,
    ENTRA_2_APP,
    ENTRA_2_ID,
    JWT,
    KEYCLOAK,
    KEYCLOAK_ID,
    OKTA,
    OKTA_ID,
)
from tests.core.registry import registered

MakeApp = Callable[..., Flask]
DOCS = Path(__file__).parents[4] / "docs" / "authentication.md"
ME = "/api/v1/me"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})

ACCEPTED: dict[str, tuple[str, dict[str, Any], dict[str, Any], set[str]]] = {
    "Keycloak": ("Keycloak", JWT, KEYCLOAK, {"probes:read", "probes:write"}),
    "Entra ID, a person": ("Entra ID", JWT, ENTRA_2, {"probes:read"}),
    "Entra ID, a program": ("Entra ID", JWT, ENTRA_2_APP, {"probes:read", "probes:write"}),
    "Entra ID, version 1": ("Entra ID 2", {**JWT, "x5t": "one"}, ENTRA_1, {"probes:read", "probes:write"}),
    "Auth0, RFC 9068": ("Auth0", {**JWT, "typ": "at+jwt"}, AUTH0_9068, {"probes:read"}),
    "Auth0, its own profile": ("Auth0 2", JWT, AUTH0_OWN, {"probes:read", "probes:write"}),
    "Auth0, a program": ("Auth0 2", JWT, AUTH0_PROGRAM, {"probes:read", "probes:write"}),
    "Okta": ("Okta", {"alg": "RS256", "kid": "one"}, OKTA, {"probes:read"}),
}
REFUSED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "Keycloak's ID token": ("Keycloak", JWT, KEYCLOAK_ID),
    "Keycloak's ID token for two": ("Keycloak", JWT, {**KEYCLOAK, "typ": "ID", "nonce": "n"}),
    "Keycloak's token for another API": ("Keycloak", JWT, {**KEYCLOAK, "aud": "account"}),
    "Entra ID's ID token": ("Entra ID", JWT, ENTRA_2_ID),
    "Entra ID's token without rights": ("Entra ID", JWT, {**ENTRA_2, "scp": ""}),
    "Entra ID's token of another tenant": ("Entra ID", JWT, {**ENTRA_2, "iss": ENTRA_2["iss"].replace("8f", "9f")}),
    "Auth0's ID token": ("Auth0 2", JWT, AUTH0_ID),
    "Auth0's own profile where RFC 9068 is expected": ("Auth0", JWT, AUTH0_OWN),
    "Okta's ID token": ("Okta", {"alg": "RS256", "kid": "one"}, OKTA_ID),
    "Okta's token for the org": ("Okta", {**JWT, "typ": "application/okta-internal-at+jwt"}, OKTA),
}


def documented() -> dict[str, str]:
    """The settings in the documentation, by heading; a second block under one has a 2 behind it."""
    blocks: dict[str, str] = {}
    for heading, text in re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for number, block in enumerate(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)):
            blocks[heading if number == 0 else f"{heading} {number + 1}"] = block
    return blocks


@pytest.fixture
def configured(
    make_app: MakeApp, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], FlaskClient]:
    """Make the service with the documented settings of a provider whose documents are here."""

    def make(name: str) -> FlaskClient:
        block = documented()[name].replace("orders:", "probes:").replace("Orders.", "Probes.")
        for variable in ("ISSUER", "CA", "AUDIENCE"):
            environ.pop(f"APP_PROVIDER_{variable}")
        path = Path(environ["APP_SETTINGS"])
        others = re.sub(r"^\[provider\].*?(?=^\[|\Z)", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
        path.write_text(f"{others}\n{block}")
        issuer = tomllib.loads(block)["provider"]["issuer"]
        metadata = tomllib.loads(block)["provider"].get(
            "metadata", issuer.rstrip("/") + "/.well-known/openid-configuration"
        )
        published = {
            metadata: {"issuer": issuer, "jwks_uri": "https://keys.example"},
            "https://keys.example": {"keys": [KEY.as_dict(private=False)]},
        }
        app = make_app()
        monkeypatch.setattr(registered(app, "TrustedIssuer").provider, "_fetch", published.__getitem__)
        return app.test_client()

    return make


def call(client: FlaskClient, header: dict[str, Any], claims: dict[str, Any]) -> Any:
    now = int(time.time())
    content = {"iat": now, "nbf": now, "exp": now + 300, **claims}
    token = jwt.encode(header, content, KEY, default_type=None)
    return client.get(ME, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.control("J5", "J6")
@pytest.mark.parametrize("name", ACCEPTED)
def test_the_documented_settings_accept_the_providers_tokens(
    configured: Callable[[str], FlaskClient], name: str
) -> None:
    settings, header, claims, scopes = ACCEPTED[name]
    answer = call(configured(settings), header, claims)
    assert answer.status_code == 200
    assert set(answer.json["scopes"]) == scopes
    assert answer.json["id"] == f"{claims['iss']}#{claims['sub']}"
    assert answer.json["credential"] == claims.get("jti", claims.get("uti", answer.json["credential"][:16]))


@pytest.mark.control("J5")
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_access_token_for_this_service_is_refused(
    configured: Callable[[str], FlaskClient], name: str
) -> None:
    settings, header, claims = REFUSED[name]
    answer = call(configured(settings), header, claims)
    assert answer.status_code == 401


def test_every_example_is_tried() -> None:
    assert {settings for settings, *_ in ACCEPTED.values()} | {"A provider of your own"} == set(documented())
