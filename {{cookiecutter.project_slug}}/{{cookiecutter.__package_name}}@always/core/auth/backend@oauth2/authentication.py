"""Tell the caller from an access token in the ``Authorization`` header (RFC 6750, RFC 9068).

The token is checked by its signature and claims, then held against what is kept of it: it counts for nothing once it,
its family, its client or its person has ended, and never allows more than client and person may at this moment.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app
from joserfc.jwk import ECKey

from ... import services
from ...database import connect
from ...request.caller import Caller, OwnRate
from ..caller_cache import CallerCache
from ..errors import AuthenticationError
from . import bearer, protected_resource
from .claims import Claims, Rules, validate
from .server import signing_keys, tokens

CREDENTIAL_HEADER = "Authorization"
challenge = bearer.challenge
# Several hosts issue and check tokens, and a clock that is a moment behind must not refuse a new one.
LEEWAY = 5  # seconds
_KID = re.compile(r"[\w-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checked:
    """An access token that is in force."""

    claims: Claims
    client_id: str
    scopes: frozenset[str]
    rate: str | None


def readiness(_app: Flask) -> dict[str, Callable[[], bool]]:
    """Return what has to answer beside the database: nothing."""
    return {}


def authenticate() -> Caller | None:
    """Return the caller of the request, or None when it carries no token.

    Raises ``Unauthenticated`` for a token that is not valid, and a 400 for two credentials.
    """
    text = bearer.token()
    if text is None:
        return None
    return services.get(current_app, CallerCache).get_or_load(text, _caller)


def check(text: str) -> Checked:
    """Return the access token that ``text`` is. Raises ``Unauthenticated``."""
    address = protected_resource.resource(current_app)
    algorithms = frozenset({signing_keys.ALGORITHM})
    rules = Rules(issuer=address, audience=address, algorithms=algorithms, leeway=LEEWAY)
    claims = validate(text, rules, _key)
    with connect() as connection:
        row = tokens.find_access(connection, claims.token_id or "")
    if row is None:
        raise AuthenticationError("the token was revoked, or never given out", claims.token_id)
    scopes = set(row.scopes.split()) & set(row.client_scopes.split())
    if row.user_scopes is not None:
        scopes &= set(row.user_scopes.split())
    return Checked(claims, row.client_id, frozenset(scopes), row.rate)


def _caller(text: str) -> Caller:
    checked = check(text)
    claims = checked.claims
    rate = OwnRate(checked.rate, checked.client_id) if checked.rate else None
    return Caller(claims.subject, checked.scopes, claims.token_id or "", claims.expires_at, rate)


def _key(kid: str) -> ECKey | None:
    # Only a name that looks like one of ours is worth a look into the database.
    return signing_keys.public(kid) if _KID.fullmatch(kid) else None
