"""Authenticate the caller by the access token of the request."""

from hashlib import sha256

from flask import Flask, current_app

from ... import services
from ...request.caller import Caller
from ..caller_cache import CallerCache
from ..errors import AuthenticationError
from . import bearer, callers, claims, trusted_issuer
from .claims import Claims
from .scope_claims import ScopeClaims

# Claims of ID tokens only (OpenID Connect Core 1.0, sections 2, 3.1.3.6 and 3.3.2.11).
_ID_TOKEN_CLAIMS = ("nonce", "at_hash", "c_hash")


def init_app(app: Flask) -> None:
    """Register the trusted issuer and the caller cache. Raises ``ConfigurationError``."""
    trusted_issuer.init_app(app)
    services.register(app, CallerCache())


def authenticate() -> Caller | None:
    """Return the caller of the current request; see ``Backend.authenticate``."""
    token = bearer.token()
    if token is None:
        return None
    return services.get(current_app, CallerCache).get_or_load(token, _caller)


def _caller(token: str) -> Caller:
    issuer = trusted_issuer.get(current_app)
    valid = claims.validate(token, issuer.rules, issuer.find_key)
    if valid.type != "at+jwt":
        _refuse_id_token(valid, issuer.scope_claims)
    credential = valid.token_id or sha256(token.encode()).hexdigest()[:16]
    caller_id = callers.id_of(valid.issuer, valid.subject)
    return Caller(caller_id, issuer.scope_claims.scopes(valid.content), credential, valid.expires_at)


def _refuse_id_token(token: Claims, scope_claims: ScopeClaims) -> None:
    """Refuse a token whose claims are those of an ID token although its type does not show it.

    An ID token is meant for the client that requested it. Any site can be such a client and could send the token here
    to act as the user.
    """
    if any(name in token.content for name in _ID_TOKEN_CLAIMS):
        raise AuthenticationError("the token has claims of an ID token", token.token_id)
    if token.client in token.audience:
        raise AuthenticationError("the audience of the token is its own client", token.token_id)
    if not scope_claims.present_in(token.content):
        raise AuthenticationError("the token has neither scopes nor roles", token.token_id)
