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

MakeApp = Callable[..., Flask]
DOCS = Path(__file__).parents[3] / "docs" / "authentication.md"
ME = "/api/v1/me"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
TENANT = "8f1e6c1d-2a51-4a5e-9a0e-6a2d0c3b7f11"
API = "3c9f4b0e-7f0d-4d43-8d3b-0f6d5e2a9c10"
CLIENT = "f4a2e0b6-5e4b-4d6f-8a7e-5e0c0c6f0d42"
USER = "d0d9b4f2-2c0a-44e2-9b6e-0c1f5a3e7b90"

JWT = {"alg": "RS256", "typ": "JWT", "kid": "one"}
KEYCLOAK = {
    "jti": "onrtac:6b1f0a3c-4f4e-4a3d-9a50-6a1d8a0d7a55",
    "iss": "https://login.example.com/realms/acme",
    "aud": ["acme-api", "account"],
    "sub": USER,
    "typ": "Bearer",
    "azp": "web",
    "sid": "f3b6a1de-0d4f-4b0a-b8de-1f2a3b4c5d6e",
    "acr": "1",
    "allowed-origins": ["https://app.example.com"],
    "realm_access": {"roles": ["offline_access", "editor", "default-roles-acme"]},
    "resource_access": {"account": {"roles": ["manage-account", "view-profile"]}},
    "scope": "openid profile email",
    "email_verified": True,
    "name": "Ada Lovelace",
    "preferred_username": "ada",
}
KEYCLOAK_ID = {**KEYCLOAK, "aud": "acme-api", "azp": "acme-api", "typ": "ID", "nonce": "n-0S6", "at_hash": "m0w3Vw"}
ENTRA_2 = {
    "aud": API,
    "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
    "aio": "AWQAm/8XAAAAq0b3",
    "azp": CLIENT,
    "azpacr": "0",
    "name": "Ada Lovelace",
    "oid": USER,
    "preferred_username": "ada@example.com",
    "rh": "1.AXoAHWwejx",
    "scp": "items:read",
    "sid": "00c2a1f5",
    "sub": "pairwise-Xy1bQ0",
    "tid": TENANT,
    "uti": "yqGZ1y9rA0mT2k",
    "ver": "2.0",
}
ENTRA_2_ID = {name: value for name, value in ENTRA_2.items() if name not in ("scp", "azp", "azpacr")} | {"nonce": "n"}
ENTRA_2_APP = {name: value for name, value in ENTRA_2.items() if name not in ("scp", "name", "sid")} | {
    "roles": ["Items.Write"],
    "idtyp": "app",
    "sub": USER,
}
ENTRA_1 = {
    "aud": f"api://{API}",
    "iss": f"https://sts.windows.net/{TENANT}/",
    "acr": "1",
    "amr": ["pwd"],
    "appid": CLIENT,
    "appidacr": "0",
    "oid": USER,
    "scp": "items:read items:write",
    "sub": "pairwise-Xy1bQ0",
    "tid": TENANT,
    "unique_name": "ada@example.com",
    "uti": "yqGZ1y9rA0mT2k",
    "ver": "1.0",
}
AUTH0 = {
    "iss": "https://acme.eu.auth0.com/",
    "sub": "auth0|6553da60a54af58e29493993",
    "aud": ["https://api.example.com", "https://acme.eu.auth0.com/userinfo"],
    "scope": "openid profile items:read",
}
AUTH0_9068 = {**AUTH0, "client_id": "K1AUPhZq8mRi0Q0p", "jti": "73WakrfVbNJBaAmhQtEeDv"}
AUTH0_OWN = {**AUTH0, "azp": "K1AUPhZq8mRi0Q0p", "permissions": ["items:read", "items:write"]}
AUTH0_PROGRAM = {
    **AUTH0_OWN,
    "sub": "K1AUPhZq8mRi0Q0p@clients",
    "aud": "https://api.example.com",
    "gty": "client-credentials",
}
AUTH0_ID = {**AUTH0, "aud": "K1AUPhZq8mRi0Q0p", "sid": "s", "nonce": "n"}
OKTA = {
    "ver": 1,
    "jti": "AT.MNAoEQ_jbKqoinrQo1D0XKjMX28U5d7ZszBceot7-Ts",
    "iss": "https://acme.okta.com/oauth2/default",
    "aud": "api://default",
    "cid": "0oa1b2c3d4",
    "uid": "00u1b2c3d4",
    "scp": ["openid", "items:read"],
    "auth_time": 1688145909,
    "sub": "ada@example.com",
}
OKTA_ID = {**OKTA, "aud": "0oa1b2c3d4", "at_hash": "fPlsvVsz", "amr": ["pwd"]}

ACCEPTED: dict[str, tuple[str, dict[str, Any], dict[str, Any], set[str]]] = {
    "Keycloak": ("Keycloak", JWT, KEYCLOAK, {"items:read", "items:write"}),
    "Entra ID, a person": ("Entra ID", JWT, ENTRA_2, {"items:read"}),
    "Entra ID, a program": ("Entra ID", JWT, ENTRA_2_APP, {"items:read", "items:write"}),
    "Entra ID, version 1": ("Entra ID 2", {**JWT, "x5t": "one"}, ENTRA_1, {"items:read", "items:write"}),
    "Auth0, RFC 9068": ("Auth0", {**JWT, "typ": "at+jwt"}, AUTH0_9068, {"items:read"}),
    "Auth0, its own profile": ("Auth0 2", JWT, AUTH0_OWN, {"items:read", "items:write"}),
    "Auth0, a program": ("Auth0 2", JWT, AUTH0_PROGRAM, {"items:read", "items:write"}),
    "Okta": ("Okta", {"alg": "RS256", "kid": "one"}, OKTA, {"items:read"}),
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
        block = documented()[name]
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
        monkeypatch.setattr(app.extensions["trusted"].provider, "_fetch", published.__getitem__)
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
