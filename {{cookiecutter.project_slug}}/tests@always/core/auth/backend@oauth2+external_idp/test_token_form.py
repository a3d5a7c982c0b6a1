"""The format of a token: its length, its parts and its header."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwe

from tests.core.signed_tokens import (
    FOR_ENCRYPTION,
    GOOD_HEADER,
    Check,
    check,
    good_claims,
    rejection,
    rules,
    signed,
    token,
)

__all__ = ["check", "rejection", "rules"]


@pytest.mark.control("J7")
@pytest.mark.parametrize(
    "crit", [["exp"], ["b64"], ["unknown"], [], "exp", None, 1, {}, [1], [["exp"]], ["alg", "alg"], [None]]
)
def test_a_critical_header_is_rejected(rejection: Callable[[str], str], crit: Any) -> None:
    assert rejection(token({"crit": crit})) == "the header has an unsupported extension"
    assert rejection(token({"crit": crit, "b64": False})) == "the header has an unsupported extension"


@pytest.mark.control("J8")
def test_a_token_of_12_kb_is_accepted(check: Check) -> None:
    long = token(groups=["0f1e2d3c-4b5a-4697-8a9b-0c1d2e3f4a5b"] * 220)
    assert 11_000 < len(long) <= 12 * 1024
    assert check(long).subject == "ada"


@pytest.mark.control("J8")
@pytest.mark.parametrize("size", [13_000, 100_000, 1_000_000])
def test_a_long_token_is_rejected_before_it_is_parsed(rejection: Callable[[str], str], size: int) -> None:
    assert rejection(token(padding="x" * size)) == "the token is too long"
    assert rejection("x" * size) == "the token is too long"


@pytest.mark.control("J8")
@pytest.mark.parametrize(
    "content", [b"[" * 4000, b'{"a":' * 800 + b"1" + b"}" * 800, b"[]", b"1", b"", b"\xff", b'{"iss":"a","iss":"b"}']
)
def test_a_header_or_payload_that_is_not_a_strict_json_object_is_rejected(
    rejection: Callable[[str], str], content: bytes
) -> None:
    assert rejection(signed(content, good_claims()))
    assert rejection(signed(GOOD_HEADER, content))


@pytest.mark.control("J8")
def test_an_encrypted_token_is_rejected(rejection: Callable[[str], str]) -> None:
    encrypted = jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A128GCM"}, json.dumps(good_claims()), FOR_ENCRYPTION)
    assert rejection(encrypted) == "the token is not a signed JWT"


@pytest.mark.parametrize(
    "text", ["a.b", "a.b.c.d", "..", "a..c", "ä.b.c", "a.b.c\n", "a b.c.d", "A.A.A", "e30.e30.e30"]
)
def test_a_malformed_token_is_rejected(rejection: Callable[[str], str], text: str) -> None:
    assert rejection(text)
