"""Tell the caller from the ``X-API-Key`` header."""

import hmac
import secrets
from collections.abc import Callable
from typing import Never

from flask import Flask, current_app, request

from ... import services
from ...clock import now
from ...database import connect
from ...problems import Problem
from ...request.caller import Caller, OwnRate
from ...settings import Settings, get_settings
from ..caller_cache import CallerCache
from ..errors import AuthenticationError
from . import key, last_use, networks, queries, revocations

CREDENTIAL_HEADER = "X-API-Key"
# Compared with when there is no such key, so that it takes as long as when there is one.
_NOBODY = secrets.token_bytes(32)


def init_app(app: Flask) -> None:
    """Make the memories of callers, of their networks, and of what was noted."""
    networks.init_app(app)
    last_use.init_app(app)
    services.register(app, CallerCache(revocations.reader(get_settings(app, Settings).database_url)))


def readiness(_app: Flask) -> dict[str, Callable[[], bool]]:
    """Return what has to answer beside the database: nothing."""
    return {}


def challenge(error: str | None = None, scope: str | None = None) -> str:
    """Return a ``WWW-Authenticate`` value; its parameters are those of RFC 6750, section 3."""
    parts = [f'realm="{current_app.name}"', f'header="{CREDENTIAL_HEADER}"']
    parts += [f'error="{error}"'] if error else []
    parts += [f'scope="{scope}"'] if scope else []
    return "ApiKey " + ", ".join(parts)


def authenticate() -> Caller | None:
    """Return the caller of the request, or None when it carries no key.

    Raises ``Unauthenticated`` for a key that is not valid, and a 400 for two credentials.
    """
    environ = request.environ
    text = environ.get("HTTP_X_API_KEY")
    if text is None:
        return None
    if "HTTP_AUTHORIZATION" in environ or "," in text:
        raise Problem("ambiguous-credentials", "Send one key, in X-API-Key, and no other credential.")
    if not text.isascii():
        raise AuthenticationError("no key by its form")
    caller = services.get(current_app, CallerCache).get_or_load(text, _look_up)
    networks.note(caller.credential, caller.id, environ.get("REMOTE_ADDR", ""))
    return caller


def _look_up(text: str) -> Caller:
    key_id = key.id_of(text)
    if key_id is None:
        raise AuthenticationError("no key by its form or checksum")
    with connect() as connection:
        found = queries.find(connection, key_id)
    if found is None:
        hmac.compare_digest(key.digest(text).value, _NOBODY)
        raise AuthenticationError("no such key", key_id)
    if not hmac.compare_digest(key.digest_under(found.pepper_id, text), found.digest):
        raise AuthenticationError("the secret is wrong", key_id)
    at = now()
    if found.revoked_at is not None:
        _deny(key_id, "the key is revoked")
    if found.expires_at <= at:
        _deny(key_id, "the key has expired")
    if found.not_before > at:
        _deny(key_id, "the key is not valid yet")
    if found.last_used_at is None or at - found.last_used_at >= queries.USED_AT_MOST_EVERY:
        last_use.take("the use", key_id, queries.used)
    rate = OwnRate(found.rate, found.rate_of) if found.rate else None
    return Caller(found.owner, frozenset(found.scopes.split()), key_id, found.expires_at, rate)


def _deny(key_id: str, reason: str) -> Never:
    last_use.take("the refusal", key_id, queries.denied)
    raise AuthenticationError(reason, key_id)
