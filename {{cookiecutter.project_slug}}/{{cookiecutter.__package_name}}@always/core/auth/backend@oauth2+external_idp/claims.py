"""Check an access token that is a JWT, and return what it claims (RFC 9068, section 4; RFC 8725).

joserfc checks the signature; everything else is decided here, strictly by type. Nothing that a token says of its own
key is believed: ``jwk``, ``jku``, ``x5u`` and ``x5c`` are ignored, and ``kid`` is only a name to look up.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.util import urlsafe_b64decode

from ...strict_json import NotStrict, parse
from ..errors import AuthenticationError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
MAX_BYTES = 8192
MAX_TEXT = 255
ABSENT = "none"  # in a setting: tokens may lack it
_LAST_MOMENT = datetime.max.replace(tzinfo=UTC).timestamp() - 1
_COMPACT = re.compile(r"([\w-]+)\.([\w-]+)\.[\w-]+", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What a token must satisfy.

    ``types`` are values of ``typ`` in lower case, ``none`` among them lets a token without one in. ``id_claim``
    is None where tokens have no id. ``leeway`` is how far clocks may differ, in seconds.
    """

    issuer: str
    audience: str
    algorithms: frozenset[str]
    types: frozenset[str] = frozenset({"at+jwt"})
    client_claim: str = "client_id"
    id_claim: str | None = "jti"
    leeway: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Claims:
    """What a valid token claims; ``content`` is all of it."""

    type: str
    issuer: str
    subject: str
    client: str
    audience: tuple[str, ...]
    token_id: str | None
    expires_at: datetime
    content: Mapping[str, Any]


FindKey = Callable[[str], Key | None]


def check(token: str, rules: Rules, find_key: FindKey) -> Claims:
    """Return the claims of a token that satisfies the rules; ``find_key`` knows the issuer's keys by ``kid``.

    Raises ``Unauthenticated``.
    """
    if len(token) > MAX_BYTES:
        raise AuthenticationError("the token is too long")
    form = _COMPACT.fullmatch(token)
    if form is None:
        raise AuthenticationError("no signed JWT by its form")
    type_ = _check_header(_object(form[1]), token, rules, find_key)
    content = _object(form[2])
    token_id = _text(content, rules.id_claim) if rules.id_claim else None
    try:
        expires_at = _check_times(content, rules.leeway)
        audience = _audience(content)
        if content.get("iss") != rules.issuer:
            raise AuthenticationError("iss is another issuer")
        if rules.audience not in audience:
            raise AuthenticationError("aud does not contain this service")
        return Claims(
            type=type_,
            issuer=rules.issuer,
            subject=_text(content, "sub"),
            client=_text(content, rules.client_claim),
            audience=audience,
            token_id=token_id,
            expires_at=datetime.fromtimestamp(expires_at, UTC),
            content=content,
        )
    except AuthenticationError as failure:
        # The signature holds, so the id is the issuer's and may stand in the journal.
        raise AuthenticationError(failure.reason, token_id) from None


def _object(segment: str) -> dict[str, Any]:
    try:
        value = parse(urlsafe_b64decode(segment.encode()))
    except (NotStrict, ValueError):
        raise AuthenticationError("a part of the token is no strict JSON") from None
    if not isinstance(value, dict):
        raise AuthenticationError("a part of the token is no object")
    return value


def _check_header(header: dict[str, Any], token: str, rules: Rules, find_key: FindKey) -> str:
    """Check ``alg``, ``typ`` and the signature; return the type."""
    algorithm, kid, type_ = header.get("alg"), header.get("kid"), header.get("typ", ABSENT)
    if not isinstance(algorithm, str) or algorithm not in rules.algorithms:
        raise AuthenticationError("alg is not allowed")
    # RFC 7515, section 4.1.11: what is critical and not understood must be refused, and none is understood.
    if "crit" in header or "b64" in header:
        raise AuthenticationError("the header has extensions")
    if not isinstance(type_, str):
        raise AuthenticationError("typ is no type")
    type_ = type_.lower().removeprefix("application/")
    if "typ" in header and type_ == ABSENT:
        raise AuthenticationError("typ is no type")
    if type_ not in rules.types:
        raise AuthenticationError("typ is not that of an access token")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_TEXT:
        raise AuthenticationError("kid is no name of a key")
    key = find_key(kid)
    if key is None:
        raise AuthenticationError("kid is unknown")
    try:
        key.check_use("sig")
        key.check_alg(algorithm)
        jws.deserialize_compact(token, key, registry=_Registry(algorithms=[algorithm], strict_check_header=False))
    except (JoseError, ValueError, TypeError):
        raise AuthenticationError("the signature is wrong") from None
    return type_


class _Registry(jws.JWSRegistry):
    max_header_length = MAX_BYTES  # the whole token is bounded already


def _check_times(content: dict[str, Any], leeway: int) -> float:
    """Check ``exp``, ``iat`` and ``nbf``; return the first."""
    now = time.time()
    expires_at, issued_at = _moment(content, "exp"), _moment(content, "iat")
    not_before = _moment(content, "nbf") if "nbf" in content else issued_at
    if now >= expires_at + leeway:
        raise AuthenticationError("the token has expired")
    if max(issued_at, not_before) > now + leeway:
        raise AuthenticationError("the token is not valid yet")
    return expires_at


def _moment(content: dict[str, Any], name: str) -> float:
    value = content.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LAST_MOMENT:
        raise AuthenticationError(f"{name} is no moment")
    return value


def _audience(content: dict[str, Any]) -> tuple[str, ...]:
    value = content.get("aud")
    several = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in several):
        raise AuthenticationError("aud is no text and no list of texts")
    return tuple(several)


def _text(content: dict[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or not value.isprintable():
        raise AuthenticationError(f"{name} is no printable text of 1 to {MAX_TEXT} characters")
    return value
