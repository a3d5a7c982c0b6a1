"""The settings of ``docs/authentication.md`` accept the access tokens of well-known providers, not their ID tokens."""

import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.core.provider_claims import JWT, KEYCLOAK, USER
from tests.core.provider_examples import call, configured, documented
from tests.core.provider_tokens import ACCEPTED, REFUSED, WITHOUT_RIGHTS

__all__ = ["configured"]


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
    names = provider.get("subject_claim", "sub")
    subject = next(claims[name] for name in ([names] if isinstance(names, str) else names) if name in claims)
    assert answer.json["id"] == f"{claims['iss']}#{subject}"
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
