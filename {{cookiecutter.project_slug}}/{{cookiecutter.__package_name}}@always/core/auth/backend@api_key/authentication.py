"""Authenticate the caller by the ``X-API-Key`` header."""

import hmac
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, Never

from flask import Flask, current_app

from ... import limits, services
from ...clock import now
from ...database import connect
from ...observability import events
from ...problems import Problem
from ...request.caller import Caller, OwnRate
from ...request.state import RequestState
from ..caller_cache import CallerCache
from ..errors import AuthenticationError
from . import key_format, networks, queries, revocations, throttled_writes

CREDENTIAL_HEADER = "X-API-Key"
# Compared with the digest of an unknown key, so that rejecting it takes as long as rejecting a wrong secret.
_RANDOM_DIGEST = secrets.token_bytes(32)


def init_app(app: Flask) -> None:
    """Register the caller cache and the throttle of writes."""
    services.register(app, throttled_writes.Attempts())
    revocations.init_app(app)


def readiness(_app: Flask) -> dict[str, Callable[[], bool]]:
    """Return no additional dependencies: keys are in the database."""
    return {}


def challenge(error: str | None = None, scope: str | None = None) -> str:
    """Return the value of ``WWW-Authenticate``; see ``Backend.challenge``."""
    parameters = [f'realm="{current_app.name}"', f'header="{CREDENTIAL_HEADER}"']
    parameters += [f'error="{error}"'] if error else []
    parameters += [f'scope="{scope}"'] if scope else []
    return "ApiKey " + ", ".join(parameters)


def security_schemes(_app: Flask) -> dict[str, dict[str, Any]]:
    """Return the description for the OpenAPI document; see ``Backend.security_schemes``."""
    description = "An API key. Its scopes are set when it is created."
    return {"api_key": {"type": "apiKey", "in": "header", "name": CREDENTIAL_HEADER, "description": description}}


def authenticate(state: RequestState) -> Caller | None:
    """Return the caller of the request; see ``Backend.authenticate``."""
    environ = state.environ
    key = environ.get("HTTP_X_API_KEY")
    if key is None:
        return None
    if "HTTP_AUTHORIZATION" in environ or "," in key:  # servers join repeated headers with a comma
        raise Problem("ambiguous-credentials", "Send one key in X-API-Key, and no other credential.")
    if not key.isascii():
        raise AuthenticationError("the key is malformed")
    # The network is a part of the credential, so that the first use of a key from another network is recorded.
    network = networks.network(environ.get("REMOTE_ADDR", ""))
    return services.get(state.app, CallerCache).get_or_load(f"{key} {network}", partial(_caller, key, network))


def _caller(key: str, network: str, _credential: str) -> Caller:
    key_id = key_format.parse_id(key)
    if key_id is None:
        raise AuthenticationError("the key is malformed")
    limits.current().settle()  # a rejected request does not query the database
    with connect() as connection:
        row = queries.find(connection, key_id)
    if row is None:
        hmac.compare_digest(key_format.digest(key).value, _RANDOM_DIGEST)
        raise AuthenticationError("the key is unknown", key_id)
    digest = key_format.digest_with(row.pepper_id, key)
    if not hmac.compare_digest(digest or _RANDOM_DIGEST, row.digest):
        reason = "the secret is wrong" if digest else "the pepper of the key is not in the settings"
        raise AuthenticationError(reason, key_id, row.owner)
    at = now()
    if row.revoked_at is not None:
        _reject(key_id, row.owner, "the key is revoked")
    if row.expires_at <= at:
        _reject(key_id, row.owner, events.EXPIRED)
    if row.not_before > at:
        _reject(key_id, row.owner, "the key is not valid yet")
    if row.last_used_at is None or at - row.last_used_at >= queries.LAST_USE_INTERVAL:
        throttled_writes.attempt("the use", key_id, queries.record_use)
    networks.record(key_id, row.owner, network)
    rate = OwnRate(row.rate, row.rate_of) if row.rate else None
    return Caller(row.owner, row.scopes, key_id, row.expires_at, rate)


def _reject(key_id: str, owner: str, reason: str) -> Never:
    throttled_writes.attempt("a rejection", key_id, partial(queries.add_event, event="denied", by=key_id))
    raise AuthenticationError(reason, key_id, owner)
