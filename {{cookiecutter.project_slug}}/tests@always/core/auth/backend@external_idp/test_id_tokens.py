"""ID tokens are rejected with any settings."""

import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.core.microsoft_claims import ADFS_ID, B2C_ID, ENTRA_2_ID, ENTRA_SINGLE_ID
from tests.core.provider_claims import (
    AUTH0_ID,
    AUTHENTIK_ID,
    COGNITO_ID,
    FUSIONAUTH_ID,
    JWT,
    KEYCLOAK_ID,
    OKTA_ID,
    PINGONE_ID,
    USER,
    ZITADEL_ID,
)
from tests.core.provider_examples import UNTYPED, call, configured, documented
from tests.core.self_hosted_claims import DUENDE_ID, LOGTO_ID, SPRING_ID
from tests.core.session_claims import (
    APPLE_ID,
    DESCOPE_ID,
    DEX_ACCESS,
    DEX_ID,
    FIREBASE_ID,
    GOOGLE_ID,
    GOOGLE_PROGRAM,
    HYDRA_ID,
    KINDE_ID,
    STYTCH_ID,
)

__all__ = ["configured"]

ID_TOKENS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Keycloak": (JWT, KEYCLOAK_ID),
    "Entra ID": (JWT, ENTRA_2_ID),
    "Entra ID, with roles": (JWT, ENTRA_SINGLE_ID),
    "Azure AD B2C": (JWT, {**B2C_ID, "sub": USER}),
    "Amazon Cognito": (UNTYPED, COGNITO_ID),
    "Auth0": (JWT, AUTH0_ID),
    "Okta": (UNTYPED, OKTA_ID),
    "PingOne": (UNTYPED, PINGONE_ID),
    "ZITADEL": (JWT, ZITADEL_ID),
    "authentik": (JWT, AUTHENTIK_ID),
    "FusionAuth": (JWT, FUSIONAUTH_ID),
    "AD FS": (JWT, ADFS_ID),
    "Ory": (JWT, HYDRA_ID),
    "Kinde": (JWT, KINDE_ID),
    "Firebase": (JWT, FIREBASE_ID),
    "Google": (JWT, GOOGLE_ID),
    "Firebase, with roles": (JWT, {**FIREBASE_ID, "roles": ["editor"]}),
    "Google, a program": (JWT, {**GOOGLE_PROGRAM, "roles": ["editor"]}),
    "Apple": (UNTYPED, APPLE_ID),
    "Stytch": (JWT, STYTCH_ID),
    "Descope": (JWT, DESCOPE_ID),
    "Logto": (JWT, LOGTO_ID),
    "IdentityServer": (JWT, DUENDE_ID),
    "Spring Authorization Server": (UNTYPED, SPRING_ID),
    "Spring Authorization Server, with roles": (UNTYPED, {**SPRING_ID, "roles": ["editor"]}),
    "Dex": (UNTYPED, DEX_ID),
    "Dex, the access token": (UNTYPED, DEX_ACCESS),
}


@pytest.mark.control("J5")
@pytest.mark.parametrize("name", ID_TOKENS)
@pytest.mark.parametrize("client_claim", ["azp", "client_id", "aud"])
@pytest.mark.parametrize("rule", [False, True], ids=["without a rule", "with every rule"])
def test_an_id_token_is_rejected_in_every_configuration(
    configured: Callable[[str], FlaskClient], name: str, client_claim: str, rule: bool
) -> None:
    """Also by settings that accept every type, the client of the token as the audience, and the roles in the token."""
    header, claims = ID_TOKENS[name]
    examples = [tomllib.loads(block)["provider"] for block in documented().values()]
    rules = sorted({condition for example in examples for condition in example.get("access_token_rule", [])})
    client = configured(f"""
        [provider]
        issuer = "{claims["iss"]}"
        keys = "https://keys.example"
        audience = {json.dumps(claims["aud"])}
        token_types = ["at+jwt", "JWT", "none"]
        access_token_rule = {json.dumps(rules if rule else [])}
        client_claim = "{client_claim}"
        token_id_claim = "none"
        roles_claim = ["roles"]
        role_scopes = {{ editor = "probes:write", "Probes.Write" = "probes:write" }}
    """)
    assert call(client, header, claims).status_code == 401


@pytest.mark.control("J5")
@pytest.mark.parametrize(
    "claims", [FIREBASE_ID, {**GOOGLE_ID, "nonce": None, "at_hash": None}, GOOGLE_PROGRAM, APPLE_ID]
)
def test_custom_claims_do_not_make_an_access_token_of_an_id_token(
    configured: Callable[[str], FlaskClient], claims: dict[str, Any]
) -> None:
    """Owners of a Firebase project can add any claim to its ID tokens."""
    client = configured(f"""
        [provider]
        issuer = "{claims["iss"]}"
        audience = "{claims["aud"]}"
        token_types = ["JWT"]
        access_token_rule = ["permissions"]
        client_claim = "sub"
        token_id_claim = "none"
        scope_claims = ["permissions"]
    """)
    content = {name: value for name, value in claims.items() if value is not None}
    assert call(client, JWT, {**content, "permissions": ["probes:read"]}).status_code == 401
