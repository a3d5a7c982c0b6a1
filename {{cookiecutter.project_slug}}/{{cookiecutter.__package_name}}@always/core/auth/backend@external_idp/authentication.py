"""Tell the caller from the access token of a request."""

from hashlib import sha256

from flask import Flask, current_app

from ... import services
from ...request.caller import Caller
from ..caller_cache import CallerCache
from ..errors import AuthenticationError
from . import bearer, callers, claims, trust
from .claims import Claims
from .rights import Rights

# What an ID token has and an access token has not.
_ID_TOKEN_CLAIMS = ("nonce", "at_hash", "c_hash")


def init_app(app: Flask) -> None:
    """Get ready to check tokens. Raises ``StartRefused`` for the local issuer in production."""
    trust.init_app(app)
    services.register(app, CallerCache())


def authenticate() -> Caller | None:
    """Return the caller of the request, or None when it carries no token.

    Raises ``Unauthenticated`` for a token that is not valid, and a 400 for two credentials.
    """
    token = bearer.token()
    if token is None:
        return None
    return services.get(current_app, CallerCache).get_or_load(token, _check)


def _check(token: str) -> Caller:
    issuer = trust.trusted(current_app)
    found = claims.check(token, issuer.rules, issuer.find_key)
    if found.type != "at+jwt":
        _refuse_id_token(found, issuer.rights)
    credential = found.token_id or sha256(token.encode()).hexdigest()[:16]
    name = callers.joined(found.issuer, found.subject)
    return Caller(name, issuer.rights.of(found.content), credential, found.expires_at)


def _refuse_id_token(found: Claims, rights: Rights) -> None:
    """Refuse what is an ID token by its content, where its type does not tell.

    It is for the client that asked for it, which any site can be: who sends it here may not be whom it is about.
    """
    if any(name in found.content for name in _ID_TOKEN_CLAIMS):
        raise AuthenticationError("it has claims of an ID token", found.token_id)
    if found.client in found.audience:
        raise AuthenticationError("it is for the client that it was issued to", found.token_id)
    if not rights.stated(found.content):
        raise AuthenticationError("it has neither scopes nor roles", found.token_id)
