"""Authenticate the caller by an access token in the ``Authorization`` header (RFC 6750, RFC 9068).

The signature and the claims are checked first, then the database: the token and its family must not be revoked, the
client must exist and the user must not be locked. The token's scopes are limited to those that client and user have
now.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app
from joserfc.jwk import ECKey

from ... import limits, services
from ...database import connect, transaction
from ...observability import events
from ...request.caller import Caller, OwnRate
from ...request.state import RequestState
from ...settings import get_settings
from ..caller_cache import CallerCache
from ..errors import AuthenticationError
from . import bearer, protected_resource
from .claims import Claims, Rules
from .claims import validate as validate_claims
from .events import AUTHN_TOKEN_REVOKED
from .server import access_tokens, signing_keys
from .settings import TokenSettings

challenge = bearer.challenge
# Tolerate clock differences between hosts that issue and verify tokens.
LEEWAY = 5  # seconds
_KEY_ID = re.compile(r"[\w-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ValidToken:
    """A valid access token: its claims, client, effective scopes and rate limit."""

    claims: Claims
    client_id: str
    scopes: frozenset[str]
    rate: str | None


def readiness(_app: Flask) -> dict[str, Callable[[], bool]]:
    """Return the readiness checks of the backend: none, since it depends only on the database."""
    return {}


def authenticate(state: RequestState) -> Caller | None:
    """Return the caller of the request, or None if it has no token.

    Raises ``AuthenticationError`` for an invalid token, and a 400 for more than one credential.
    """
    token = bearer.token(state.environ)
    if token is None:
        return None
    return services.get(state.app, CallerCache).get_or_load(token, _load_caller)


def revoke_exposed(credential: str) -> None:
    """Revoke an access token that was sent over plain HTTP; see ``Backend.revoke_exposed``."""
    if not get_settings(current_app, TokenSettings).tokens_revoke_exposed:
        return
    with transaction() as connection:
        revoked = access_tokens.revoke(connection, credential)
    if revoked:
        events.record(AUTHN_TOKEN_REVOKED, "the token was sent over plain HTTP", credential=credential)


def validate(token: str) -> ValidToken:
    """Validate an access token. Raises ``AuthenticationError``."""
    url = protected_resource.resource(current_app)
    algorithms = frozenset({signing_keys.ALGORITHM})
    rules = Rules(issuers=frozenset({url}), audiences=frozenset({url}), algorithms=algorithms, leeway=LEEWAY)
    claims = validate_claims(token, rules, _find_key)
    with connect() as connection:
        row = access_tokens.find(connection, claims.token_id or "")
    if row is None:
        raise AuthenticationError("the token is unknown or was revoked", claims.token_id, claims.subject)
    scopes = row.scopes & row.client_scopes
    if row.user_scopes is not None:
        scopes &= row.user_scopes
    return ValidToken(claims, row.client_id, scopes, row.rate)


def _load_caller(token: str) -> Caller:
    limits.current().settle()  # no signature is verified for a rejected request
    valid = validate(token)
    claims = valid.claims
    rate = OwnRate(valid.rate, valid.client_id) if valid.rate else None
    return Caller(claims.subject, valid.scopes, claims.token_id or "", claims.expires_at, rate)


def _find_key(key_id: str) -> ECKey | None:
    # Query the database only for ids that have the form of the service's key ids.
    return signing_keys.find_public_key(key_id) if _KEY_ID.fullmatch(key_id) else None
