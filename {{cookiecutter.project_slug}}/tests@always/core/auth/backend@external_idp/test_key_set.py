"""Which keys can verify a token: those of the provider's key set that suit an accepted algorithm, and no others."""

from collections.abc import Callable

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey

from tests.core.identity_provider import IdentityProvider, Status, client, provider, status
from tests.core.signed_tokens import signed

__all__ = ["client", "provider", "status"]

MakeApp = Callable[..., Flask]
ME = "/api/v1/me"


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


@pytest.mark.control("J2")
def test_urls_in_a_token_are_not_fetched(status: Status, provider: IdentityProvider) -> None:
    own = ECKey.generate_key("P-256", auto_kid=True)
    provider.metadata["own"] = "/own"
    header = {"alg": "ES256", "typ": "at+jwt", "kid": f"{provider.issuer}/own", "jku": f"{provider.issuer}/own"}
    assert status(jwt.encode(header | {"x5u": f"{provider.issuer}/own"}, {"iss": provider.issuer}, own)) == 401
    assert "/own" not in provider.asked


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


@pytest.mark.control("J1")
def test_a_published_symmetric_key_is_not_used(make_app: MakeApp, provider: IdentityProvider) -> None:
    """Anyone could sign with a symmetric key that a provider publishes."""
    secret = OctKey.generate_key(256, {"kid": "secret"})
    provider.published.append(secret.as_dict(private=True))
    client = make_app(**provider.settings).test_client()
    forged = jwt.encode({"alg": "HS256", "typ": "at+jwt", "kid": "secret"}, {"iss": provider.issuer}, secret)
    assert client.get(ME, headers={"Authorization": f"Bearer {forged}"}).status_code == 401
