"""The provider's keys: when they are fetched, how long they are used, and which of them are accepted."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey

from tests.core.identity_provider import IdentityProvider, Status, client, provider, soon, status
from tests.core.registry import registered
from tests.core.signed_tokens import signed

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
def test_unknown_keys_cause_one_fetch_per_interval(status: Status, provider: IdentityProvider) -> None:
    assert status(provider.token()) == 200
    asked = len(provider.asked)
    for _ in range(25):
        provider.rotate()
        provider.published = provider.published[1:]
        assert status(provider.token()) == 401
    assert provider.asked[asked:].count(KEYS) <= 1


@pytest.mark.control("J9")
def test_a_new_key_works_after_the_next_fetch(status: Status, provider: IdentityProvider, soon: None) -> None:
    before = provider.token()
    assert status(before) == 200
    provider.rotate()
    assert status(provider.token()) == 200
    assert status(before) == 200


@pytest.mark.control("J9")
def test_a_withdrawn_key_stops_working(
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


@pytest.mark.control("J9")
@pytest.mark.parametrize("available", [True, False])
def test_a_request_after_a_pause_waits_for_the_current_keys(
    client: FlaskClient, status: Status, provider: IdentityProvider, available: bool
) -> None:
    before, after = provider.token(), provider.token()
    assert status(before) == 200
    provider.rotate()
    provider.published = provider.published[:1]
    if not available:
        provider.stop()
    trusted = registered(client.application, "TrustedIssuer").provider
    trusted._fetched = trusted._last_attempt = time.monotonic() - 601
    assert status(after) == (401 if available else 200)
    if not available:
        provider.start(provider.port)


@pytest.mark.control("J1")
@pytest.mark.parametrize("algorithm", ["EdDSA", "Ed25519"])
def test_both_names_of_the_algorithm_of_an_ed25519_key_are_accepted(
    make_app: MakeApp, provider: IdentityProvider, algorithm: str
) -> None:
    client = make_app(**provider.settings, provider_algorithms=algorithm).test_client()
    good, other = (OKPKey.generate_key(curve, {"kid": curve}) for curve in ("Ed25519", "Ed448"))
    provider.published = [key.as_dict(private=False) | {"alg": algorithm} for key in (good, other)]
    claims = jwt.decode(provider.token(), provider.key).claims

    def status(key: OKPKey, named: str, signed_with: str) -> int:
        token = signed({"alg": named, "typ": "at+jwt", "kid": key.kid}, claims, key, signed_with)
        return client.get(ME, headers={"Authorization": f"Bearer {token}"}).status_code

    assert status(good, algorithm, "Ed25519") == 200
    assert status(other, algorithm, "Ed448") == 401
    assert status(good, "ES256", "Ed25519") == 401


def test_the_urls_of_metadata_and_keys_may_have_a_query(
    make_app: MakeApp, provider: IdentityProvider, service: ModuleType
) -> None:
    metadata = f"{provider.issuer}/.well-known/openid-configuration"
    query = "?appid=3c9f4b0e-7f0d-4d43-8d3b-0f6d5e2a9c10"
    for settings in ({"provider_metadata": metadata + query}, {"provider_keys": f"{provider.issuer}{KEYS}{query}"}):
        client = make_app(**provider.settings, **settings).test_client()
        assert client.get(ME, headers={"Authorization": f"Bearer {provider.token()}"}).status_code == 200
    assert {path.partition("?")[2] for path in provider.asked} == {query[1:], ""}
    with pytest.raises(service.core.settings.ConfigurationError, match="https://host/path"):
        make_app(provider_issuer=provider.issuer + query)


@pytest.mark.control("J2")
def test_urls_in_a_token_are_not_fetched(status: Status, provider: IdentityProvider) -> None:
    own = ECKey.generate_key("P-256", auto_kid=True)
    provider.metadata["own"] = "/own"
    header = {"alg": "ES256", "typ": "at+jwt", "kid": f"{provider.issuer}/own", "jku": f"{provider.issuer}/own"}
    assert status(jwt.encode(header | {"x5u": f"{provider.issuer}/own"}, {"iss": provider.issuer}, own)) == 401
    assert "/own" not in provider.asked


def test_concurrent_requests_cause_one_fetch(make_app: MakeApp, provider: IdentityProvider) -> None:
    app = make_app(**provider.settings)
    headers = [{"Authorization": f"Bearer {provider.token(f'caller-{number}')}"} for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda each: app.test_client().get(ME, headers=each).status_code, headers))
    assert statuses == [200] * 24
    assert provider.asked.count(KEYS) == 1


def test_unusable_keys_in_the_key_set_are_skipped(status: Status, provider: IdentityProvider) -> None:
    provider.published = [
        {"kty": "RSA", "kid": "weak", "n": "AQAB" * 43, "e": "AQAB"},
        OctKey.generate_key(256, {"kid": "secret"}).as_dict(private=True),
        {"kty": "AKP", "kid": "from the future", "alg": "ML-DSA-65"},
        {"kty": "EC", "kid": "broken", "crv": "P-256", "x": "AA", "y": "AA"},
        ECKey.generate_key("P-256", {"use": "enc", "kid": "for encryption"}).as_dict(private=False),
        {"kty": "EC", "kid": 1},
        {"kty": ["EC"], "kid": "odd"},
        OKPKey.generate_key("X25519", {"kid": "for agreement"}).as_dict(private=False),
        "not a key",
        None,
        *provider.published,
    ]
    assert status(provider.token()) == 200


@pytest.mark.control("J4", "J10")
def test_tenants_have_their_own_callers_and_their_own_keys(make_app: MakeApp, provider: IdentityProvider) -> None:
    provider.metadata["issuer"] = template = f"{provider.issuer}/{{tenantid}}"
    metadata = f"{provider.issuer}/.well-known/openid-configuration"
    settings = provider.settings | {"provider_issuer": template, "provider_metadata": metadata}
    provider.published[0]["issuer"] = template
    client = make_app(**settings, provider_tenants="one,two").test_client()

    def me(tenant: str) -> Any:
        token = provider.token(iss=f"{provider.issuer}/{tenant}")
        return client.get(ME, headers={"Authorization": f"Bearer {token}"})

    assert [me(tenant).json.get("id") for tenant in ("one", "two")] == [
        f"{provider.issuer}/{tenant}#ada" for tenant in ("one", "two")
    ]
    assert {me(tenant).status_code for tenant in ("three", "{tenantid}", "", "one/", "ONE")} == {401}
    document = client.get("/.well-known/oauth-protected-resource").json
    assert document["authorization_servers"] == [f"{provider.issuer}/one", f"{provider.issuer}/two"]
    # A key of a single tenant is not trusted for the others.
    provider.rotate()
    provider.published[0]["issuer"] = f"{provider.issuer}/one"
    client = make_app(**settings, provider_tenants="one,two").test_client()
    assert {me(tenant).status_code for tenant in ("one", "two")} == {401}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"provider_issuer": "https://idp.example/{tenantid}"}, "APP_PROVIDER_TENANTS"),
        ({"provider_tenants": "one"}, "APP_PROVIDER_TENANTS"),
        ({"provider_issuer": "http://adfs.example/adfs/services/trust"}, "APP_PROVIDER_KEYS"),
        ({"provider_keys": "http://adfs.example/adfs/discovery/keys"}, "APP_PROVIDER_KEYS"),
    ],
)
def test_contradictory_settings_prevent_startup(
    make_app: MakeApp, provider: IdentityProvider, service: ModuleType, settings: dict[str, str], named: str
) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=named):
        make_app(**provider.settings | settings)


def test_the_url_of_the_keys_replaces_the_metadata(make_app: MakeApp, provider: IdentityProvider) -> None:
    issuer = "http://adfs.example/adfs/services/trust"
    client = make_app(
        **provider.settings | {"provider_issuer": issuer, "provider_keys": f"{provider.issuer}{KEYS}"}
    ).test_client()
    me = client.get(ME, headers={"Authorization": f"Bearer {provider.token(iss=issuer)}"}).json
    assert me["id"] == f"{issuer}#ada"
    assert provider.asked == [KEYS]
    assert "authorization_servers" not in client.get("/.well-known/oauth-protected-resource").json


@pytest.mark.control("J1")
def test_a_published_symmetric_key_is_not_used(make_app: MakeApp, provider: IdentityProvider) -> None:
    """Anyone could sign with a symmetric key that a provider publishes."""
    secret = OctKey.generate_key(256, {"kid": "secret"})
    provider.published.append(secret.as_dict(private=True))
    client = make_app(**provider.settings).test_client()
    forged = jwt.encode({"alg": "HS256", "typ": "at+jwt", "kid": "secret"}, {"iss": provider.issuer}, secret)
    assert client.get(ME, headers={"Authorization": f"Bearer {forged}"}).status_code == 401


def test_an_empty_key_set_does_not_remove_known_keys(
    client: FlaskClient, status: Status, provider: IdentityProvider, soon: None
) -> None:
    known = provider.token()
    assert status(known) == 200
    provider.published = []
    provider.rotate()
    provider.published = []
    assert status(provider.token()) == 401
    assert status(known) == 200
