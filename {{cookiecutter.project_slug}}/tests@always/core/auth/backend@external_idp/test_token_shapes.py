"""The settings of ``docs/authentication.md`` accept the access tokens of well-known providers, not their ID tokens."""

import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.core.microsoft_claims import (
    ADFS,
    ADFS_ID,
    B2C,
    B2C_ID,
    ENTRA_1,
    ENTRA_2,
    ENTRA_2_APP,
    ENTRA_2_ID,
    ENTRA_MULTI,
    ENTRA_MULTI_OTHER,
    ENTRA_SINGLE,
    ENTRA_SINGLE_ID,
)
from tests.core.provider_claims import (
    AUTH0_9068,
    AUTH0_ID,
    AUTH0_OWN,
    AUTH0_PROGRAM,
    AUTHENTIK,
    AUTHENTIK_ID,
    COGNITO,
    COGNITO_ID,
    COGNITO_PROGRAM,
    FUSIONAUTH,
    FUSIONAUTH_ID,
    JWT,
    KEYCLOAK,
    KEYCLOAK_ID,
    KEYCLOAK_NO_RIGHTS,
    OKTA,
    OKTA_ID,
    PINGONE,
    PINGONE_ID,
    USER,
    ZITADEL,
    ZITADEL_ID,
)
from tests.core.provider_examples import UNTYPED, call, configured, documented
from tests.core.session_claims import CLERK, HYDRA, HYDRA_ID, KINDE, KINDE_ID, SUPABASE, WORKOS
from tests.core.workload_claims import GITHUB, GITLAB, KUBERNETES

__all__ = ["configured"]

BOTH = {"probes:read", "probes:write"}

ACCEPTED: dict[str, tuple[str, dict[str, Any], dict[str, Any], set[str]]] = {
    "Keycloak": ("Keycloak", JWT, KEYCLOAK, BOTH),
    "Keycloak, the client is the audience too": ("Keycloak", JWT, {**KEYCLOAK, "azp": "acme-api"}, BOTH),
    "Entra ID, a user": ("Entra ID", JWT, ENTRA_2, {"probes:read"}),
    "Entra ID, a program": ("Entra ID", JWT, ENTRA_2_APP, BOTH),
    "Entra ID, one registration": ("Entra ID", JWT, ENTRA_SINGLE, {"probes:read"}),
    "Entra ID, version 1": ("Entra ID 2", {**JWT, "x5t": "one"}, ENTRA_1, BOTH),
    "Azure AD B2C": ("Azure AD B2C", JWT, B2C, BOTH),
    "Azure AD B2C, one registration": ("Azure AD B2C", JWT, {**B2C, "azp": B2C["aud"]}, BOTH),
    "Amazon Cognito": ("Amazon Cognito", UNTYPED, COGNITO, BOTH),
    "Amazon Cognito, a program": ("Amazon Cognito", UNTYPED, COGNITO_PROGRAM, {"probes:read"}),
    "Auth0, RFC 9068": ("Auth0", {**JWT, "typ": "at+jwt"}, AUTH0_9068, {"probes:read"}),
    "Auth0, its own profile": ("Auth0 2", JWT, AUTH0_OWN, BOTH),
    "Auth0, a program": ("Auth0 2", JWT, AUTH0_PROGRAM, BOTH),
    "Okta": ("Okta", UNTYPED, OKTA, {"probes:read"}),
    "PingOne": ("PingOne", UNTYPED, PINGONE, {"probes:read"}),
    "PingOne, RFC 9068": ("PingOne", {**UNTYPED, "typ": "at+jwt"}, PINGONE, {"probes:read"}),
    "ZITADEL": ("ZITADEL", JWT, ZITADEL, BOTH),
    "authentik": ("authentik", JWT, AUTHENTIK, BOTH),
    "FusionAuth": ("FusionAuth", JWT, FUSIONAUTH, BOTH),
    "Entra ID, a tenant": ("Entra ID for several tenants", JWT, ENTRA_2, {"probes:read"}),
    "Entra ID, another tenant": ("Entra ID for several tenants", JWT, ENTRA_MULTI, {"probes:read"}),
    "AD FS": ("AD FS", {**JWT, "x5t": "one"}, ADFS, BOTH),
    "Ory": ("Ory", JWT, HYDRA, {"probes:read"}),
    "Kinde": ("Kinde", JWT, KINDE, {"probes:read"}),
    "Supabase": ("Supabase", JWT, SUPABASE, BOTH),
    "Clerk": ("Clerk", {**JWT, "cat": "cl_B7d4PD111AAA"}, CLERK, BOTH),
    "WorkOS": ("WorkOS", UNTYPED, WORKOS, BOTH),
    "GitHub": ("GitHub", {**JWT, "x5t": "one"}, GITHUB, BOTH),
    "GitLab CI/CD": ("GitLab CI/CD", JWT, GITLAB, BOTH),
    "Kubernetes": ("Kubernetes", UNTYPED, KUBERNETES, {"probes:read"}),
}
WITHOUT_RIGHTS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "Keycloak": ("Keycloak", JWT, KEYCLOAK_NO_RIGHTS),
    "Entra ID": ("Entra ID", JWT, {**ENTRA_2, "scp": ""}),
    "Auth0, its own profile": ("Auth0 2", JWT, {**AUTH0_OWN, "permissions": []}),
    "Amazon Cognito": ("Amazon Cognito", UNTYPED, {**COGNITO, "scope": "openid", "cognito:groups": []}),
    "ZITADEL": ("ZITADEL", JWT, {name: value for name, value in ZITADEL.items() if not name.startswith("urn:")}),
}
REFUSED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "Keycloak's ID token": ("Keycloak", JWT, KEYCLOAK_ID),
    "Keycloak's ID token for two": ("Keycloak", JWT, {**KEYCLOAK, "typ": "ID", "nonce": "n"}),
    "Keycloak's token for another API": ("Keycloak", JWT, {**KEYCLOAK, "aud": "account"}),
    "Entra ID's ID token": ("Entra ID", JWT, ENTRA_2_ID),
    "Entra ID's ID token with roles, one registration": ("Entra ID", JWT, ENTRA_SINGLE_ID),
    "Entra ID's token of another tenant": ("Entra ID", JWT, {**ENTRA_2, "iss": ENTRA_2["iss"].replace("8f", "9f")}),
    "Azure AD B2C's ID token": ("Azure AD B2C", JWT, B2C_ID),
    "Azure AD B2C's ID token with azp": ("Azure AD B2C", JWT, {**B2C_ID, "azp": B2C_ID["aud"]}),
    "Azure AD B2C's token without the id of the user": ("Azure AD B2C", JWT, {**B2C, "oid": None}),
    "Amazon Cognito's ID token": ("Amazon Cognito", UNTYPED, COGNITO_ID),
    "Amazon Cognito's ID token with client_id": (
        "Amazon Cognito",
        UNTYPED,
        {**COGNITO_ID, "client_id": COGNITO_ID["aud"]},
    ),
    "Amazon Cognito's token for another client": ("Amazon Cognito", UNTYPED, {**COGNITO, "client_id": "other"}),
    "Amazon Cognito's token with another aud": ("Amazon Cognito", UNTYPED, {**COGNITO, "aud": "https://other.example"}),
    "Auth0's ID token": ("Auth0 2", JWT, AUTH0_ID),
    "Auth0's own profile where RFC 9068 is expected": ("Auth0", JWT, AUTH0_OWN),
    "Okta's ID token": ("Okta", UNTYPED, OKTA_ID),
    "Okta's token for the org": ("Okta", {**JWT, "typ": "application/okta-internal-at+jwt"}, OKTA),
    "PingOne's ID token": ("PingOne", UNTYPED, PINGONE_ID),
    "ZITADEL's ID token": ("ZITADEL", JWT, ZITADEL_ID),
    "authentik's ID token": ("authentik", JWT, AUTHENTIK_ID),
    "FusionAuth's ID token": ("FusionAuth", JWT, FUSIONAUTH_ID),
    "Entra ID's token of a tenant that is not listed": ("Entra ID for several tenants", JWT, ENTRA_MULTI_OTHER),
    "Entra ID's token with the issuer of the metadata": (
        "Entra ID for several tenants",
        JWT,
        {**ENTRA_2, "iss": "https://login.microsoftonline.com/{tenantid}/v2.0"},
    ),
    "Entra ID's ID token for several tenants": ("Entra ID for several tenants", JWT, ENTRA_2_ID),
    "AD FS' ID token": ("AD FS", JWT, ADFS_ID),
    "Ory's ID token": ("Ory", JWT, HYDRA_ID),
    "Kinde's ID token": ("Kinde", JWT, KINDE_ID),
    "Clerk's token for another application": ("Clerk", JWT, {**CLERK, "azp": "https://evil.example"}),
    "WorkOS' token without aud": ("WorkOS", UNTYPED, {**WORKOS, "aud": None}),
    "a token of another owner on GitHub": ("GitHub", JWT, {**GITHUB, "repository_owner_id": "66"}),
    "a token of another group on GitLab": ("GitLab CI/CD", JWT, {**GITLAB, "namespace_id": "73"}),
    "a pod's token for another service": ("Kubernetes", UNTYPED, {**KUBERNETES, "aud": ["https://other.example"]}),
}


@pytest.mark.control("J5", "J6")
@pytest.mark.parametrize("name", ACCEPTED)
def test_the_documented_settings_accept_the_providers_tokens(
    configured: Callable[[str], FlaskClient], name: str
) -> None:
    settings, header, claims, scopes = ACCEPTED[name]
    answer = call(configured(settings), header, claims)
    assert answer.status_code == 200
    assert set(answer.json["scopes"]) == scopes
    provider = tomllib.loads(documented()[settings])["provider"]
    assert answer.json["id"] == f"{claims['iss']}#{claims[provider.get('subject_claim', 'sub')]}"
    token_id = claims.get(provider.get("token_id_claim", "jti"), answer.json["credential"][:16])
    assert answer.json["credential"] == token_id


@pytest.mark.control("J5")
@pytest.mark.parametrize("name", WITHOUT_RIGHTS)
def test_an_access_token_without_scopes_and_roles_is_403(configured: Callable[[str], FlaskClient], name: str) -> None:
    """After a 401, a single-page application would sign the user in again and again."""
    settings, header, claims = WITHOUT_RIGHTS[name]
    answer = call(configured(settings), header, claims, "/api/v1/probes")
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


@pytest.mark.control("J5")
@pytest.mark.parametrize("name", REFUSED)
def test_tokens_that_are_not_access_tokens_for_this_service_are_rejected(
    configured: Callable[[str], FlaskClient], name: str
) -> None:
    settings, header, claims = REFUSED[name]
    answer = call(configured(settings), header, claims)
    assert answer.status_code == 401


@pytest.mark.control("L3")
@pytest.mark.parametrize("change", [{"exp": 1}, {"at_hash": "m0w3Vw"}, {"aud": "account"}])
def test_the_log_names_the_user_of_a_rejected_token(
    configured: Callable[[str], FlaskClient], capsys: pytest.CaptureFixture[str], change: dict[str, Any]
) -> None:
    client = configured("Keycloak")
    capsys.readouterr()
    assert call(client, JWT, {**KEYCLOAK, **change}).status_code == 401
    event = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (event["event"], event["owner"]) == ("authn_login_fail", f"{KEYCLOAK['iss']}#{USER}")
    assert event["credential"] == KEYCLOAK["jti"]


def test_every_documented_example_is_tested() -> None:
    assert {settings for settings, *_ in ACCEPTED.values()} | {"A provider of your own"} == set(documented())
