"""The limit of requests in progress: one network may occupy half of the threads.

Requests above the limit are rejected before Flask handles them, and only the first of a series is an event, because
this takes a third of the time: 600 requests of one address then delay those of others by less than 0.1 s.
"""

from contextlib import suppress
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException

from .. import services
from ..declare.declaration import Endpoints
from ..limits import network
from ..observability import events, redaction
from ..observability.metrics import Metrics
from ..request.slots import BodySlots

LIMIT = "in-progress"


def is_limited(app: Flask, environ: dict[str, Any]) -> bool:
    """Return whether to reject a request above the limit; count the rejection, and record the first of a series.

    OPTIONS, and views that are exempt from rate limits, are not rejected.
    """
    method, address = environ["REQUEST_METHOD"], environ.get("REMOTE_ADDR", "")
    if method == "OPTIONS":
        return False
    with suppress(HTTPException):
        name, _ = app.url_map.bind_to_environ(environ).match()
        if services.get(app, Endpoints)[name].limits.exempt:
            return False
    if not services.get(app, BodySlots).requests.is_first_rejection(network(address)):
        services.get(app, Metrics).rate_limited_requests.labels(LIMIT).inc()
        return True
    with app.app_context():
        reason, path = "too many requests in progress", redaction.path(environ)
        events.record(events.EXCESS_RATE_LIMIT_EXCEEDED, reason, limit=LIMIT, address=address, method=method, path=path)
    return True
