"""The limit of requests in progress: one network may occupy half of the threads.

Requests above the limit are rejected before Flask handles them, because this takes half the time: 600 requests of one
address then delay those of others by 0.1 s and not by 0.2 s.
"""

from contextlib import suppress
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException

from .. import services
from ..declare.declaration import Endpoints
from ..observability import events, redaction


def is_limited(app: Flask, environ: dict[str, Any]) -> bool:
    """Return whether the limit applies to a request above it, and record the event if so.

    It does not apply to views that are exempt from rate limits and to OPTIONS.
    """
    method = environ["REQUEST_METHOD"]
    if method == "OPTIONS":
        return False
    with suppress(HTTPException):
        name, _ = app.url_map.bind_to_environ(environ).match()
        if services.get(app, Endpoints)[name].limits.exempt:
            return False
    with app.app_context():
        events.record(
            events.EXCESS_RATE_LIMIT_EXCEEDED,
            "too many requests in progress",
            limit="in-progress",
            address=environ.get("REMOTE_ADDR"),
            method=method,
            path=redaction.path(environ),
        )
    return True
