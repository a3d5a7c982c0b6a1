"""Authenticate the caller by the access token of the request."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import Flask, current_app

from ... import limits, services
from ...request import Caller, RequestState
from ..caller_cache import CallerCache
from ..errors import AuthenticationError
from . import bearer, claims, trusted_issuer
from .claims import Claims
from .setting_combinations import CLIENT_CLAIMS
from .trusted_issuer import TrustedIssuer

# Claims of ID tokens only (OpenID Connect Core 1.0, sections 3.1.3.6 and 3.3.2.11; s_hash: FAPI 1.0 Advanced).
_HASHES = ("at_hash", "c_hash", "s_hash")
# With these claims, Keycloak and Amazon Cognito state that a token is an ID token.
_DECLARATIONS = (("typ", "ID"), ("token_use", "id"))
# Google, Firebase and Apple issue no other JWTs.
_ID_TOKEN_ISSUERS = (
    "https://accounts.google.com",
    "accounts.google.com",
    "https://securetoken.google.com/",
    "https://appleid.apple.com",
)
# Azure AD B2C sends this value for every user.
_NO_SUBJECT = "Not supported currently. Use oid claim."


def init_app(app: Flask) -> None:
    """Register the trusted issuer and the caller cache. Raises ``ConfigurationError``."""
    trusted_issuer.init_app(app)
    services.register(app, CallerCache())


def authenticate(state: RequestState) -> Caller | None:
    """Return the caller of the request; see ``Backend.authenticate``."""
    token = bearer.token(state.environ)
    if token is None:
        return None
    return services.get(state.app, CallerCache).get_or_load(token, _caller)


def revoke_exposed(credential: str) -> None:
    """Do nothing: only the identity provider can revoke its tokens."""


def _caller(token: str) -> Caller:
    limits.current().settle()  # no signature is verified for a rejected request
    issuer = trusted_issuer.get(current_app)
    valid = claims.validate(token, issuer.rules, issuer.find_key)
    if reason := _rejection(valid, issuer):
        raise AuthenticationError(reason, valid.token_id, valid.caller_id)
    credential = valid.token_id or sha256(token.encode()).hexdigest()[:16]
    return Caller(valid.caller_id, issuer.scope_claims.scopes(valid.content), credential, valid.expires_at)


def _rejection(token: Claims, issuer: TrustedIssuer) -> str | None:
    """Return why a token is rejected that may be an ID token although its type does not show it; None if it is not.

    An ID token is meant for the client that requested it. Any site can be such a client and could send the token here
    to act as the user. Without an access-token rule in the settings, heuristics decide.
    """
    content = token.content
    if token.subject == _NO_SUBJECT:
        return "the subject claim has the same value for every user"
    if token.type == "at+jwt":
        return None
    if any(name in content for name in _HASHES) or any(content.get(name) == value for name, value in _DECLARATIONS):
        return "the token is an ID token"
    if content["iss"].startswith(_ID_TOKEN_ISSUERS):
        return "the provider issues ID tokens only"
    if issuer.access_token_rule:
        is_access_token = any(_has(content, condition) for condition in issuer.access_token_rule)
        return None if is_access_token else "the token does not satisfy the access-token rule"
    if "nonce" in content:
        return "the token has claims of an ID token"
    if any(client in token.audience for client in (token.client, *map(content.get, CLIENT_CLAIMS))):
        return "the audience of the token is its own client"
    if not issuer.scope_claims.present_in(content):
        return "the token has neither scopes nor roles"
    return None


def _has(content: Mapping[str, Any], condition: str) -> bool:
    """Return whether the claims satisfy a condition: ``claim``, or ``claim=value``."""
    name, equals, value = condition.partition("=")
    return content.get(name) == value if equals else content.get(name) is not None
