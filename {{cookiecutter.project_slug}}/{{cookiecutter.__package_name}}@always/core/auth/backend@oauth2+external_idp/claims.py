"""Validate an access token that is a JWT and return its claims (RFC 9068, section 4; RFC 8725).

joserfc verifies the signature; this module checks everything else, including the type of each value. A token cannot
supply its own key: ``jwk``, ``jku``, ``x5u`` and ``x5c`` are ignored, and ``kid`` only selects a key of the issuer.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.util import urlsafe_b64decode

from ...observability import events
from ...strict_json import InvalidJSON, parse
from ..errors import AuthenticationError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
MAX_BYTES = 12 * 1024  # enough for a long list of groups; all headers of a request have at most 16 kB
MAX_LENGTH = 255  # of a claim that is a string, in characters
ABSENT = "none"  # the value of a setting: tokens may lack the header parameter or claim
_MAX_TIMESTAMP = datetime.max.replace(tzinfo=UTC).timestamp() - 1
_COMPACT = re.compile(r"([\w-]+)\.([\w-]+)\.[\w-]+", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """The requirements for a token.

    ``audiences`` are the values of which ``audience_claim`` must contain one. ``types`` are the allowed values of
    ``typ`` in lower case; ``none`` allows a token without ``typ``. The first of the ``subject_claims`` that a token has
    is its subject. ``id_claim`` is None if tokens have no id. ``leeway`` is the allowed clock difference in seconds.
    ``caller_id`` returns the id of the caller with an issuer and a subject.
    """

    issuers: frozenset[str]
    audiences: frozenset[str]
    algorithms: frozenset[str]
    types: frozenset[str] = frozenset({"at+jwt"})
    audience_claim: str = "aud"
    subject_claims: tuple[str, ...] = ("sub",)
    client_claim: str = "client_id"
    id_claim: str | None = "jti"
    leeway: int = 0
    caller_id: Callable[[str, str], str] = lambda _issuer, subject: subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Claims:
    """The claims of a valid token; ``content`` contains all of them."""

    type: str
    subject: str
    caller_id: str
    client: str
    audience: tuple[str, ...]
    token_id: str | None
    expires_at: datetime
    content: Mapping[str, Any]


FindKey = Callable[[str], Key | None]


def validate(token: str, rules: Rules, find_key: FindKey) -> Claims:
    """Return the claims of a token that satisfies the rules; ``find_key`` returns the issuer's key for a ``kid``.

    Raises ``AuthenticationError``.
    """
    if len(token) > MAX_BYTES:
        raise AuthenticationError("the token is too long")
    segments = _COMPACT.fullmatch(token)
    if segments is None:
        raise AuthenticationError("the token is not a signed JWT")
    type_ = _check_header(_object(segments[1]), token, rules, find_key)
    content = _object(segments[2])
    token_id = _string(content, rules.id_claim) if rules.id_claim else None
    caller_id = None
    try:
        subject = _string(content, next(filter(content.__contains__, rules.subject_claims), rules.subject_claims[0]))
        issuer = content.get("iss")
        if not isinstance(issuer, str) or issuer not in rules.issuers:
            raise AuthenticationError("iss is a different issuer")
        caller_id = rules.caller_id(issuer, subject)
        expires_at = _check_times(content, rules.leeway)
        audience = _check_audience(content, rules)
        return Claims(
            type=type_,
            subject=subject,
            caller_id=caller_id,
            client=_string(content, rules.client_claim),
            audience=audience,
            token_id=token_id,
            expires_at=datetime.fromtimestamp(expires_at, UTC),
            content=content,
        )
    except AuthenticationError as failure:
        # The signature is valid, so the ids come from the issuer and may appear in the log.
        raise AuthenticationError(failure.reason, token_id, caller_id) from None


def _object(segment: str) -> dict[str, Any]:
    try:
        value = parse(urlsafe_b64decode(segment.encode()))
    except (InvalidJSON, ValueError):
        raise AuthenticationError("the header or payload is not strict JSON") from None
    if not isinstance(value, dict):
        raise AuthenticationError("the header or payload is not a JSON object")
    return value


def _check_header(header: dict[str, Any], token: str, rules: Rules, find_key: FindKey) -> str:
    """Check ``alg``, ``typ`` and the signature; return the type."""
    algorithm, kid, type_ = header.get("alg"), header.get("kid"), header.get("typ", ABSENT)
    if not isinstance(algorithm, str) or algorithm not in rules.algorithms:
        raise AuthenticationError("alg is not allowed")
    # RFC 7515, section 4.1.11: a critical extension that is not supported must be rejected, and none is supported.
    if "crit" in header or "b64" in header:
        raise AuthenticationError("the header has an unsupported extension")
    if not isinstance(type_, str):
        raise AuthenticationError("typ is invalid")
    type_ = type_.lower().removeprefix("application/")
    if "typ" in header and type_ == ABSENT:
        raise AuthenticationError("typ is invalid")
    if type_ not in rules.types:
        raise AuthenticationError("typ is not the type of an access token")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_LENGTH:
        raise AuthenticationError("kid is invalid")
    key = find_key(kid)
    if key is None:
        raise AuthenticationError("kid is unknown")
    try:
        key.check_use("sig")
        key.check_alg(algorithm)
        jws.deserialize_compact(token, key, registry=_Registry(algorithms=[algorithm], strict_check_header=False))
    except (JoseError, ValueError, TypeError):
        raise AuthenticationError("the signature is invalid") from None
    return type_


class _Registry(jws.JWSRegistry):
    max_header_length = MAX_BYTES  # the length of the whole token is checked already

    def get_alg(self, name: str) -> Any:  # joserfc does not export the type
        """Return an allowed algorithm. For EdDSA, joserfc would warn: RFC 9864 renames it to Ed25519 and Ed448."""
        return self.algorithms[name] if name == "EdDSA" in (self.allowed or ()) else super().get_alg(name)


def _check_times(content: dict[str, Any], leeway: int) -> float:
    """Check ``exp``, ``iat`` and ``nbf``; return ``exp``."""
    now = time.time()
    expires_at, issued_at = _timestamp(content, "exp"), _timestamp(content, "iat")
    not_before = _timestamp(content, "nbf") if "nbf" in content else issued_at
    if now >= expires_at + leeway:
        raise AuthenticationError(events.EXPIRED)
    if max(issued_at, not_before) > now + leeway:
        raise AuthenticationError("the token is not valid yet")
    return expires_at


def _timestamp(content: dict[str, Any], name: str) -> float:
    value = content.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _MAX_TIMESTAMP:
        raise AuthenticationError(f"{name} is not a timestamp")
    return value


def _check_audience(content: dict[str, Any], rules: Rules) -> tuple[str, ...]:
    """Check the audience claim, and ``aud`` too if the token has both; return the values of the audience claim."""
    if rules.audience_claim != "aud" and content.get("aud", []) != []:  # some providers send an empty list
        _check_audience(content, replace(rules, audience_claim="aud"))
    name = rules.audience_claim
    value = content.get(name)
    audience = value if isinstance(value, list) else [value]
    strings = tuple(one for one in audience if isinstance(one, str))
    if len(strings) != len(audience):
        raise AuthenticationError(f"{name} is not a string or a list of strings")
    if rules.audiences.isdisjoint(strings):
        raise AuthenticationError(f"{name} does not contain this service")
    return strings


def _string(content: dict[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_LENGTH or not value.isprintable():
        raise AuthenticationError(f"{name} is not a printable string of 1 to {MAX_LENGTH} characters")
    return value
