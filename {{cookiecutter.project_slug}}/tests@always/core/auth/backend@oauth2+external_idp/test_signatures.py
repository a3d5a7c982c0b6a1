"""The signature of a token: the algorithm and the key. Keys and URLs in the token itself are ignored."""

import hmac
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key

from tests.core.signed_tokens import (
    FOR_ENCRYPTION,
    GOOD_HEADER,
    MISSING,
    P384,
    RSA,
    SIGNER,
    Check,
    check,
    good_claims,
    rejection,
    rules,
    segment,
    signed,
    token,
)

__all__ = ["check", "rejection", "rules"]


@pytest.mark.control("J1")
def test_an_algorithm_that_is_not_allowed_is_rejected(rejection: Callable[[str], str]) -> None:
    header, claims = {"typ": "at+jwt", "kid": "one"}, good_claims()
    unsigned = f"{segment({**header, 'alg': 'none'})}.{segment(claims)}."
    assert rejection(unsigned) == "the token is not a signed JWT"
    for algorithm in ("none", "None", "HS256", "ES384", "es256", "", None, 1, ["ES256"], MISSING):
        assert rejection(token({"alg": algorithm})) == "alg is not allowed"


@pytest.mark.control("J1")
def test_a_public_key_is_never_used_as_a_secret(rejection: Callable[[str], str]) -> None:
    for public in (SIGNER, RSA):
        header = {**GOOD_HEADER, "alg": "HS256", "kid": public.kid}
        text = f"{segment(header)}.{segment(good_claims())}"
        signature = hmac.digest(public.as_pem(private=False), text.encode(), "sha256")
        assert rejection(f"{text}.{segment(signature)}") == "alg is not allowed"


@pytest.mark.control("J1")
@pytest.mark.parametrize(
    ("key", "algorithm", "kid"),
    [
        pytest.param(RSA, "RS256", "one", id="RSA signature under the name of an EC key"),
        pytest.param(SIGNER, "ES256", "two", id="EC signature under the name of an RSA key"),
        pytest.param(P384, "ES384", "three", id="a curve that is not allowed"),
        pytest.param(FOR_ENCRYPTION, "ES256", "four", id="a key for encryption"),
        pytest.param(ECKey.generate_key("P-256"), "ES256", "one", id="another key"),
    ],
)
def test_key_and_algorithm_must_be_those_of_the_header(
    rejection: Callable[[str], str], key: Key, algorithm: str, kid: str
) -> None:
    for claimed in ("ES256", "RS256"):
        header = {**GOOD_HEADER, "alg": claimed, "kid": kid}
        assert rejection(signed(header, good_claims(), key, algorithm)) == "the signature is invalid"


@pytest.mark.control("J1")
def test_a_changed_token_is_rejected(rejection: Callable[[str], str]) -> None:
    header, claims, signature = token().split(".")
    assert rejection(f"{header}.{segment({**good_claims(), 'sub': 'eve'})}.{signature}") == "the signature is invalid"
    assert rejection(f"{header}.{claims}.{'A' * len(signature)}") == "the signature is invalid"
    assert rejection(f"{header}.{claims}.{signature[:-4]}") == "the signature is invalid"


@pytest.mark.control("J2")
def test_a_key_in_the_header_is_ignored(check: Check, rejection: Callable[[str], str]) -> None:
    own = ECKey.generate_key("P-256")
    claims = good_claims()
    for names in (
        {"jwk": own.as_dict(private=False)},
        {"jku": "https://127.0.0.1:1/keys"},
        {"x5u": "https://127.0.0.1:1/chain"},
        {"x5c": ["MIIB"]},
    ):
        assert rejection(signed({**GOOD_HEADER, **names}, claims, own)) == "the signature is invalid"
        assert check(signed({**GOOD_HEADER, **names}, claims)).subject == "ada"


@pytest.mark.control("J2")
@pytest.mark.parametrize(
    "kid",
    ["../../etc/passwd", "' OR 1=1 --", "https://127.0.0.1:1/", "o" * 256, "", "ONE", 1, None, ["one"], {}, MISSING],
)
def test_an_unknown_or_hostile_kid_is_rejected(rejection: Callable[[str], str], kid: Any) -> None:
    assert "kid" in rejection(token({"kid": kid}))
