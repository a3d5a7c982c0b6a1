"""The access log: one line for each response."""

from typing import Any

from ..observability import log, redaction
from ..request.state import KEY, RequestState
from .request_id import traceparent


def write(environ: dict[str, Any], status: int, seconds: float) -> None:
    """Log the request, its caller and credential, the status of the response and the time that it took."""
    state: RequestState | None = environ.get(KEY)
    endpoint, caller = (state.endpoint, state.caller) if state else (None, None)
    log.write(
        "info",
        "request",
        traceparent=traceparent(environ),
        address=environ.get("REMOTE_ADDR"),
        method=environ["REQUEST_METHOD"],
        path=redaction.path(environ),
        route=endpoint and endpoint.route,
        caller=caller and caller.id,
        credential=caller and caller.credential,
        status=status,
        duration_ms=round(seconds * 1000, 2),
    )
