"""One id for a request and one line in the journal for its answer."""

import re
from typing import Any
from uuid import uuid4

from ..observability import log, redaction
from ..request.state import KEY, RequestState

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
# W3C Trace Context, section 3.2: version 00 or a later one that begins alike.
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def request_id(environ: dict[str, Any]) -> str:
    """Return the caller's ``X-Request-ID`` when it is well-formed, else a new one."""
    given = environ.get("HTTP_X_REQUEST_ID")
    return given if given and _WELL_FORMED.fullmatch(given) else uuid4().hex


def traceparent(environ: dict[str, Any]) -> str | None:
    """Return the caller's place in a distributed trace when it is well-formed."""
    given = environ.get("HTTP_TRACEPARENT")
    return given if given and _TRACEPARENT.fullmatch(given) else None


def write_line(environ: dict[str, Any], status: int, seconds: float) -> None:
    """Write the access line of an answer: what was asked, by whom, with what result, in how many milliseconds."""
    state: RequestState | None = environ.get(KEY)
    endpoint, caller = (state.endpoint, state.caller) if state else (None, None)
    log.write(
        "info",
        "request",
        traceparent=traceparent(environ),
        address=environ.get("REMOTE_ADDR"),
        method=redaction.method(environ),
        path=redaction.path(environ),
        route=endpoint and endpoint.route,
        caller=caller and caller.id,
        status=status,
        duration_ms=round(seconds * 1000, 2),
    )
