"""What ``auth.claims`` accepts and refuses: one good token, and each way to make it a bad one."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from joserfc import jwe, jws
from joserfc.jwk import ECKey, Key, RSAKey

ISSUER = "https://issuer.example/realm"
AUDIENCE = "https://api.example"
SIGNER = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
RSA = RSAKey.generate_key(2048, {"kid": "two"})
P384 = ECKey.generate_key("P-384", {"kid": "three"})
FOR_ENCRYPTION = ECKey.generate_key("P-256", {"kid": "four", "use": "enc"})
KEYS = {str(key.kid): key for key in (SIGNER, RSA, P384, FOR_ENCRYPTION)}
GOOD_HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": "one"}
MISSING = object()

Check = Callable[[str], Any]


def good_claims() -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "client_id": "web",
        "iat": now,
        "exp": now + 60,
        "jti": "token-1",
        "scope": "items:read",
    }


def changed(good: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**good, **changes}.items() if value is not MISSING}


def segment(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(header: Any, claims: Any, key: Key = SIGNER, algorithm: str = "ES256") -> str:
    """Sign whatever is given, also what no library would."""
    text = f"{segment(header)}.{segment(claims)}"
    signature = jws.JWSRegistry.algorithms[algorithm].sign(text.encode(), key)
    return f"{text}.{segment(signature)}"


def token(header: dict[str, Any] | None = None, **claims: Any) -> str:
    return signed(changed(GOOD_HEADER, header or {}), changed(good_claims(), claims))


@pytest.fixture
def rules(service: ModuleType) -> Any:
    return service.auth.claims.Rules(issuer=ISSUER, audience=AUDIENCE, algorithms=frozenset({"ES256", "RS256"}))


@pytest.fixture
def check(service: ModuleType, rules: Any) -> Check:
    return lambda text: service.auth.claims.check(text, rules, KEYS.get)


@pytest.fixture
def refused(service: ModuleType, check: Check) -> Callable[[str], str]:
    """Return why a token is refused."""

    def refuse(text: str) -> str:
        with pytest.raises(service.auth.failure.Unauthenticated) as failure:
            check(text)
        return str(failure.value.reason)

    return refuse


def test_a_good_token_tells_who_is_calling(check: Check) -> None:
    claims = check(token())
    assert (claims.issuer, claims.subject, claims.client, claims.token_id) == (ISSUER, "ada", "web", "token-1")
    assert claims.expires_at.timestamp() == claims.content["exp"]


@pytest.mark.control("J1")
def test_an_algorithm_that_is_not_allowed_is_refused(refused: Callable[[str], str]) -> None:
    header, claims = {"typ": "at+jwt", "kid": "one"}, good_claims()
    unsigned = f"{segment({**header, 'alg': 'none'})}.{segment(claims)}."
    assert refused(unsigned) == "no signed JWT by its form"
    for algorithm in ("none", "None", "HS256", "ES384", "es256", "", None, 1, ["ES256"], MISSING):
        assert refused(token({"alg": algorithm})) == "alg is not allowed"


@pytest.mark.control("J1")
def test_a_public_key_is_never_used_as_a_secret(refused: Callable[[str], str]) -> None:
    for public in (SIGNER, RSA):
        header = {**GOOD_HEADER, "alg": "HS256", "kid": public.kid}
        text = f"{segment(header)}.{segment(good_claims())}"
        signature = hmac.digest(public.as_pem(private=False), text.encode(), "sha256")
        assert refused(f"{text}.{segment(signature)}") == "alg is not allowed"


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
def test_the_key_must_be_the_one_and_of_the_kind_that_the_header_says(
    refused: Callable[[str], str], key: Key, algorithm: str, kid: str
) -> None:
    for claimed in ("ES256", "RS256"):
        header = {**GOOD_HEADER, "alg": claimed, "kid": kid}
        assert refused(signed(header, good_claims(), key, algorithm)) == "the signature is wrong"


@pytest.mark.control("J1")
def test_a_changed_token_is_refused(refused: Callable[[str], str]) -> None:
    header, claims, signature = token().split(".")
    assert refused(f"{header}.{segment({**good_claims(), 'sub': 'eve'})}.{signature}") == "the signature is wrong"
    assert refused(f"{header}.{claims}.{'A' * len(signature)}") == "the signature is wrong"
    assert refused(f"{header}.{claims}.{signature[:-4]}") == "the signature is wrong"


@pytest.mark.control("J2")
def test_a_key_in_the_header_is_ignored(check: Check, refused: Callable[[str], str]) -> None:
    own = ECKey.generate_key("P-256")
    claims = good_claims()
    for brought in (
        {"jwk": own.as_dict(private=False)},
        {"jku": "https://127.0.0.1:1/keys"},
        {"x5u": "https://127.0.0.1:1/chain"},
        {"x5c": ["MIIB"]},
    ):
        assert refused(signed({**GOOD_HEADER, **brought}, claims, own)) == "the signature is wrong"
        assert check(signed({**GOOD_HEADER, **brought}, claims)).subject == "ada"


@pytest.mark.control("J2")
@pytest.mark.parametrize(
    "kid",
    ["../../etc/passwd", "' OR 1=1 --", "https://127.0.0.1:1/", "o" * 256, "", "ONE", 1, None, ["one"], {}, MISSING],
)
def test_a_kid_is_only_a_name(refused: Callable[[str], str], kid: Any) -> None:
    assert "kid" in refused(token({"kid": kid}))


@pytest.mark.control("J3")
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", ["9999999999", True, None, [], {}, 0, -1, 1e300, 10**30])
def test_a_time_is_a_number(refused: Callable[[str], str], name: str, value: Any) -> None:
    assert refused(token(**{name: value})) == f"{name} is no moment"


@pytest.mark.control("J3")
def test_times_are_held_against_the_clock(
    service: ModuleType, check: Check, refused: Callable[[str], str], rules: Any
) -> None:
    now = int(time.time())
    assert refused(token(exp=now - 1)) == "the token has expired"
    assert refused(token(iat=now + 30)) == "the token is not valid yet"
    assert refused(token(nbf=now + 30)) == "the token is not valid yet"
    assert refused(token(exp=MISSING)) == "exp is no moment"
    assert refused(token(iat=MISSING)) == "iat is no moment"
    assert check(token(exp=now + 30.5, nbf=now - 1)).subject == "ada"
    lenient = service.auth.claims.Rules(issuer=ISSUER, audience=AUDIENCE, algorithms=rules.algorithms, leeway=60)
    late = service.auth.claims.check(token(exp=now - 30), lenient, KEYS.get)
    assert late.expires_at.timestamp() == now - 30
    with pytest.raises(service.auth.failure.Unauthenticated):
        service.auth.claims.check(token(exp=now - 61), lenient, KEYS.get)


@pytest.mark.control("J3")
def test_no_time_is_not_a_number(refused: Callable[[str], str]) -> None:
    for constant in (b"NaN", b"Infinity"):
        claims = json.dumps(good_claims()).encode().replace(b'"exp": ', b'"exp": ' + constant + b', "x": ')
        assert refused(signed(GOOD_HEADER, claims)) == "a part of the token is no strict JSON"


@pytest.mark.control("J4")
@pytest.mark.parametrize(
    "issuer",
    [ISSUER + "/", ISSUER[:-1], ISSUER.upper(), ISSUER + "2", [ISSUER], None, 1, "", MISSING],
)
def test_the_issuer_is_exact(refused: Callable[[str], str], issuer: Any) -> None:
    assert refused(token(iss=issuer)) == "iss is another issuer"


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
def test_the_audience_contains_this_service(refused: Callable[[str], str], audience: Any) -> None:
    assert refused(token(aud=audience)).startswith("aud ")


@pytest.mark.control("J4")
def test_the_service_may_be_one_audience_of_several(check: Check) -> None:
    assert check(token(aud=["other", AUDIENCE])).audience == ("other", AUDIENCE)


@pytest.mark.control("J5")
@pytest.mark.parametrize("kind", ["JWT", "jwt", "id+jwt", "", "none", None, 1, ["at+jwt"], "at+jwt ", MISSING])
def test_another_type_is_refused(refused: Callable[[str], str], kind: Any) -> None:
    assert refused(token({"typ": kind})).startswith("typ is ")


@pytest.mark.control("J5")
@pytest.mark.parametrize("kind", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_the_type_of_an_access_token_is_accepted_as_it_may_be_written(check: Check, kind: str) -> None:
    assert check(token({"typ": kind})).type == "at+jwt"


@pytest.mark.control("J6")
@pytest.mark.parametrize("name", ["sub", "client_id", "jti"])
@pytest.mark.parametrize("value", [MISSING, "", None, 1, True, ["ada"], {}, "a" * 256, "a\0", "\ud800", "a\n"])
def test_who_and_what_are_texts(refused: Callable[[str], str], name: str, value: Any) -> None:
    assert refused(token(**{name: value})) == f"{name} is no printable text of 1 to 255 characters"


@pytest.mark.control("J7")
@pytest.mark.parametrize(
    "crit", [["exp"], ["b64"], ["unknown"], [], "exp", None, 1, {}, [1], [["exp"]], ["alg", "alg"], [None]]
)
def test_whatever_is_critical_is_refused(refused: Callable[[str], str], crit: Any) -> None:
    assert refused(token({"crit": crit})) == "the header has extensions"
    assert refused(token({"crit": crit, "b64": False})) == "the header has extensions"


@pytest.mark.control("J8")
@pytest.mark.parametrize("size", [9_000, 100_000, 1_000_000])
def test_a_long_token_is_refused_unread(refused: Callable[[str], str], size: int) -> None:
    assert refused(token(padding="x" * size)) == "the token is too long"
    assert refused("x" * size) == "the token is too long"


@pytest.mark.control("J8")
@pytest.mark.parametrize(
    "content", [b"[" * 4000, b'{"a":' * 800 + b"1" + b"}" * 800, b"[]", b"1", b"", b"\xff", b'{"iss":"a","iss":"b"}']
)
def test_a_part_that_is_no_plain_object_is_refused(refused: Callable[[str], str], content: bytes) -> None:
    assert refused(signed(content, good_claims()))
    assert refused(signed(GOOD_HEADER, content))


@pytest.mark.control("J8")
def test_an_encrypted_token_is_not_opened(refused: Callable[[str], str]) -> None:
    encrypted = jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A128GCM"}, json.dumps(good_claims()), FOR_ENCRYPTION)
    assert refused(encrypted) == "no signed JWT by its form"


@pytest.mark.parametrize(
    "text", ["a.b", "a.b.c.d", "..", "a..c", "ä.b.c", "a.b.c\n", "a b.c.d", "A.A.A", "e30.e30.e30"]
)
def test_what_is_no_token_is_refused(refused: Callable[[str], str], text: str) -> None:
    assert refused(text)
