"""The claims of a token: a valid token is accepted, and each invalid claim is rejected."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from tests.core.signed_tokens import (
    AUDIENCE,
    GOOD_HEADER,
    ISSUER,
    KEYS,
    MISSING,
    Check,
    check,
    good_claims,
    rejection,
    rules,
    signed,
    token,
)

__all__ = ["check", "rejection", "rules"]


def test_a_valid_token_identifies_the_caller(check: Check) -> None:
    claims = check(token())
    assert (claims.caller_id, claims.subject, claims.client, claims.token_id) == ("ada", "ada", "web", "token-1")
    assert claims.expires_at.timestamp() == claims.content["exp"]


@pytest.mark.control("L3")
def test_a_rejection_names_the_token_and_its_subject_only_after_the_signature(
    service: ModuleType, check: Check
) -> None:
    expired = token(exp=1)
    with pytest.raises(service.core.auth.errors.AuthenticationError) as rejected:
        check(expired)
    assert (rejected.value.credential, rejected.value.owner) == ("token-1", "ada")
    with pytest.raises(service.core.auth.errors.AuthenticationError) as rejected:
        check(expired[:-8] + "AAAAAAAA")
    assert (rejected.value.credential, rejected.value.owner) == (None, None)


@pytest.mark.control("J3")
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", ["9999999999", True, None, [], {}, 0, -1, 1e300, 10**30])
def test_a_timestamp_must_be_a_number(rejection: Callable[[str], str], name: str, value: Any) -> None:
    assert rejection(token(**{name: value})) == f"{name} is not a timestamp"


@pytest.mark.control("J3")
def test_timestamps_are_compared_with_the_clock(
    service: ModuleType, check: Check, rejection: Callable[[str], str], rules: Any
) -> None:
    now = int(time.time())
    assert rejection(token(exp=now - 1)) == "the credential has expired"
    assert rejection(token(iat=now + 30)) == "the token is not valid yet"
    assert rejection(token(nbf=now + 30)) == "the token is not valid yet"
    assert rejection(token(exp=MISSING)) == "exp is not a timestamp"
    assert rejection(token(iat=MISSING)) == "iat is not a timestamp"
    assert check(token(exp=now + 30.5, nbf=now - 1)).subject == "ada"
    lenient = service.core.auth.backend.claims.Rules(
        issuers=frozenset({ISSUER}), audiences=rules.audiences, algorithms=rules.algorithms, leeway=60
    )
    late = service.core.auth.backend.claims.validate(token(exp=now - 30), lenient, KEYS.get)
    assert late.expires_at.timestamp() == now - 30
    with pytest.raises(service.core.auth.errors.AuthenticationError):
        service.core.auth.backend.claims.validate(token(exp=now - 61), lenient, KEYS.get)


@pytest.mark.control("J3", "J6")
@pytest.mark.parametrize("name", ["sub", "client_id", "jti"])
def test_an_unpaired_surrogate_is_rejected(rejection: Callable[[str], str], name: str) -> None:
    assert rejection(token(**{name: "\ud800"})) == "the header or payload is not strict JSON"


@pytest.mark.control("J3")
def test_nan_and_infinity_are_rejected(rejection: Callable[[str], str]) -> None:
    for constant in (b"NaN", b"Infinity"):
        claims = json.dumps(good_claims()).encode().replace(b'"exp": ', b'"exp": ' + constant + b', "x": ')
        assert rejection(signed(GOOD_HEADER, claims)) == "the header or payload is not strict JSON"


@pytest.mark.control("J4")
@pytest.mark.parametrize(
    "issuer",
    [ISSUER + "/", ISSUER[:-1], ISSUER.upper(), ISSUER + "2", [ISSUER], None, 1, "", MISSING],
)
def test_the_issuer_must_match_exactly(rejection: Callable[[str], str], issuer: Any) -> None:
    assert rejection(token(iss=issuer)) == "iss is a different issuer"


@pytest.mark.control("J4")
@pytest.mark.parametrize(
    "audience",
    [
        AUDIENCE + "/",
        AUDIENCE.upper(),
        AUDIENCE[:-1],
        "",
        None,
        1,
        [],
        ["other"],
        [AUDIENCE, 1],
        {AUDIENCE: 1},
        MISSING,
    ],
)
def test_the_audience_must_contain_this_service(rejection: Callable[[str], str], audience: Any) -> None:
    assert rejection(token(aud=audience)).startswith("aud ")


@pytest.mark.control("J4")
def test_a_token_may_have_several_audiences(check: Check) -> None:
    assert check(token(aud=["other", AUDIENCE])).audience == ("other", AUDIENCE)


@pytest.mark.control("J4")
def test_another_audience_claim_is_checked_instead_of_aud_and_together_with_it(service: ModuleType, rules: Any) -> None:
    """Without a fallback: a token that lacks the claim is rejected even if aud matches."""
    validate = service.core.auth.backend.claims.validate
    by_client = replace(rules, audience_claim="client_id", audiences=frozenset({"web", "app"}))
    assert validate(token(aud=MISSING), by_client, KEYS.get).audience == ("web",)
    assert validate(token(aud=["app", "other"]), by_client, KEYS.get).audience == ("web",)
    assert validate(token(aud=[]), by_client, KEYS.get).audience == ("web",)
    for claims in (
        {"client_id": "other", "aud": MISSING},
        {"client_id": "other", "aud": "web"},
        {"aud": "other"},
        {"client_id": "other", "aud": []},
    ):
        with pytest.raises(service.core.auth.errors.AuthenticationError, match="does not contain this service"):
            validate(token(**claims), by_client, KEYS.get)
    for aud in (None, 1, [1], {}):
        with pytest.raises(service.core.auth.errors.AuthenticationError, match="aud is not a string"):
            validate(token(aud=aud), by_client, KEYS.get)
    for client in (MISSING, None, 1, [None]):
        with pytest.raises(service.core.auth.errors.AuthenticationError, match="client_id is not a string"):
            validate(token(client_id=client, aud="web"), by_client, KEYS.get)


@pytest.mark.control("J6", "J10")
def test_another_claim_may_identify_the_subject(service: ModuleType, rules: Any) -> None:
    by_oid = replace(rules, subject_claims=("oid",))
    assert service.core.auth.backend.claims.validate(token(oid="4711"), by_oid, KEYS.get).subject == "4711"
    with pytest.raises(service.core.auth.errors.AuthenticationError, match="oid is not a printable string"):
        service.core.auth.backend.claims.validate(token(), by_oid, KEYS.get)


@pytest.mark.control("J10")
def test_the_first_subject_claim_in_a_token_is_read(service: ModuleType, rules: Any) -> None:
    validate = service.core.auth.backend.claims.validate
    either = replace(rules, subject_claims=("sub", "client_id"))
    assert validate(token(sub="ada", client_id="web"), either, KEYS.get).subject == "ada"
    assert validate(token(sub=MISSING, client_id="web"), either, KEYS.get).subject == "web"
    for subject in ("", None, 1):
        with pytest.raises(service.core.auth.errors.AuthenticationError, match="sub is not a printable string"):
            validate(token(sub=subject, client_id="web"), either, KEYS.get)


@pytest.mark.control("J5")
@pytest.mark.parametrize("token_type", ["JWT", "jwt", "id+jwt", "", "none", None, 1, ["at+jwt"], "at+jwt ", MISSING])
def test_another_type_is_rejected(rejection: Callable[[str], str], token_type: Any) -> None:
    assert rejection(token({"typ": token_type})).startswith("typ is ")


@pytest.mark.control("J5")
@pytest.mark.parametrize("token_type", ["none", "application/none", "Application/None"])
def test_a_type_named_none_is_not_a_missing_type(service: ModuleType, rules: Any, token_type: str) -> None:
    untyped = replace(rules, types=frozenset({"none"}))
    assert service.core.auth.backend.claims.validate(token({"typ": MISSING}), untyped, KEYS.get).subject == "ada"
    with pytest.raises(service.core.auth.errors.AuthenticationError, match="typ is invalid"):
        service.core.auth.backend.claims.validate(token({"typ": token_type}), untyped, KEYS.get)


@pytest.mark.control("J5")
@pytest.mark.parametrize("token_type", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_the_type_is_case_insensitive_and_may_be_a_media_type(check: Check, token_type: str) -> None:
    assert check(token({"typ": token_type})).type == "at+jwt"


@pytest.mark.control("J6")
@pytest.mark.parametrize("name", ["sub", "client_id", "jti"])
@pytest.mark.parametrize("value", [MISSING, "", None, 1, True, ["ada"], {}, "a" * 256, "a\0", "a\n"])
def test_subject_client_and_id_must_be_printable_strings(
    rejection: Callable[[str], str], name: str, value: Any
) -> None:
    assert rejection(token(**{name: value})) == f"{name} is not a printable string of 1 to 255 characters"
