"""The provider's keys: how they are found, followed and kept, and which of them are used."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey

from tests.core.identity_provider import IdentityProvider, Status, client, provider, soon, status
from tests.core.registry import registered

__all__ = ["client", "provider", "soon", "status"]

MakeApp = Callable[..., Flask]
ME = "/api/v1/me"
KEYS = "/keys"


def test_the_keys_are_fetched_when_they_are_first_needed(
    client: FlaskClient, status: Status, provider: IdentityProvider
) -> None:
    assert client.get(ME).status_code == 401
    assert provider.asked == []
    assert [status(provider.token()) for _ in range(3)] == [200, 200, 200]
    assert provider.asked == ["/.well-known/openid-configuration", KEYS]


@pytest.mark.control("J9")
def test_unknown_keys_cause_one_fetch_in_a_while(status: Status, provider: IdentityProvider) -> None:
    assert status(provider.token()) == 200
    asked = len(provider.asked)
    for _ in range(25):
        provider.rotate()
        provider.published = provider.published[1:]
        assert status(provider.token()) == 401
    assert provider.asked[asked:].count(KEYS) <= 1


@pytest.mark.control("J9")
def test_a_new_key_works_as_soon_as_keys_are_looked_for_again(
    status: Status, provider: IdentityProvider, soon: None
) -> None:
    before = provider.token()
    assert status(before) == 200
    provider.rotate()
    assert status(provider.token()) == 200
    assert status(before) == 200


@pytest.mark.control("J9")
def test_a_key_that_is_withdrawn_ends(
    make_app: MakeApp, provider: IdentityProvider, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_app(**provider.settings).test_client()
    monkeypatch.setattr(registered(client.application, "TrustedIssuer").provider, "_refresh_interval", 0.0)
    monkeypatch.setattr(service.core.auth.caller_cache, "TTL", 0.0)
    old = {"Authorization": f"Bearer {provider.token()}"}
    assert client.get(ME, headers=old).status_code == 200
    provider.rotate()
    provider.published = provider.published[:1]
    deadline = time.monotonic() + 5
    while client.get(ME, headers=old).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert client.get(ME, headers=old).status_code == 401


@pytest.mark.control("J2")
def test_nothing_that_a_token_names_is_fetched(status: Status, provider: IdentityProvider) -> None:
    own = ECKey.generate_key("P-256", auto_kid=True)
    provider.metadata["own"] = "/own"
    header = {"alg": "ES256", "typ": "at+jwt", "kid": f"{provider.issuer}/own", "jku": f"{provider.issuer}/own"}
    assert status(jwt.encode(header | {"x5u": f"{provider.issuer}/own"}, {"iss": provider.issuer}, own)) == 401
    assert "/own" not in provider.asked


def test_keys_that_many_need_at_once_are_fetched_once(make_app: MakeApp, provider: IdentityProvider) -> None:
    app = make_app(**provider.settings)
    headers = [{"Authorization": f"Bearer {provider.token(f'caller-{number}')}"} for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda one: app.test_client().get(ME, headers=one).status_code, headers))
    assert statuses == [200] * 24
    assert provider.asked.count(KEYS) == 1


def test_a_key_set_may_hold_keys_that_are_of_no_use(status: Status, provider: IdentityProvider) -> None:
    provider.published = [
        {"kty": "RSA", "kid": "weak", "n": "AQAB" * 43, "e": "AQAB"},
        OctKey.generate_key(256, {"kid": "secret"}).as_dict(private=True),
        {"kty": "AKP", "kid": "from the future", "alg": "ML-DSA-65"},
        {"kty": "EC", "kid": "broken", "crv": "P-256", "x": "AA", "y": "AA"},
        ECKey.generate_key("P-256", {"use": "enc", "kid": "for encryption"}).as_dict(private=False),
        {"kty": "EC", "kid": 1},
        {"kty": ["EC"], "kid": "odd"},
        OKPKey.generate_key("X25519", {"kid": "for agreement"}).as_dict(private=False),
        "no key",
        None,
        *provider.published,
    ]
    assert status(provider.token()) == 200


@pytest.mark.control("J1")
def test_a_published_secret_checks_no_signature(make_app: MakeApp, provider: IdentityProvider) -> None:
    """Were a provider to publish one, everybody could sign."""
    secret = OctKey.generate_key(256, {"kid": "secret"})
    provider.published.append(secret.as_dict(private=True))
    client = make_app(**provider.settings).test_client()
    forged = jwt.encode({"alg": "HS256", "typ": "at+jwt", "kid": "secret"}, {"iss": provider.issuer}, secret)
    assert client.get(ME, headers={"Authorization": f"Bearer {forged}"}).status_code == 401


def test_an_empty_key_set_takes_no_known_key_away(
    client: FlaskClient, status: Status, provider: IdentityProvider, soon: None
) -> None:
    known = provider.token()
    assert status(known) == 200
    provider.published = []
    provider.rotate()
    provider.published = []
    assert status(provider.token()) == 401
    assert status(known) == 200
