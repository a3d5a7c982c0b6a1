"""Server-sent events (WHATWG HTML, section 9.2). A stream occupies a worker thread until it ends.

So at most half of the threads stream, and a stream ends after ``MAX_SECONDS``, or when the server stops. Clients
reconnect by themselves and send the id of the last event as ``Last-Event-ID``; each new request is authenticated, so a
client cannot continue with an expired or revoked credential.
"""

import time
from collections.abc import Iterable, Iterator
from threading import BoundedSemaphore
from weakref import finalize

from flask import Flask, Response, current_app, request, stream_with_context

from .. import services
from ..observability import events
from ..problems import Problem
from ..settings import Settings, get_settings
from .state import closing

MAX_SECONDS = 15


class Streams(BoundedSemaphore):
    """A semaphore that bounds the streams of a worker."""


def init_app(app: Flask) -> None:
    """Register the semaphore: half of the threads may send streams."""
    services.register(app, Streams(max(1, get_settings(app, Settings).server_threads // 2)))


def event_stream(messages: Iterable[str]) -> Response:
    """Return a response that sends each message when it is produced, for at most ``MAX_SECONDS``.

    Produce a message every few seconds, such as the comment ``": wait\\n\\n"``: only then can the stream end in time or
    after the client has disconnected. Raises ``Problem`` (503) if too many streams are open.
    """
    response = Response(mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # makes nginx pass on each message at once
    if request.method == "HEAD":
        return response
    streams = services.get(current_app, Streams)
    if not streams.acquire(blocking=False):
        events.record(events.EXCESS_RATE_LIMIT_EXCEEDED, "too many streams", limit="streams")
        raise Problem("unavailable", "Too many streams are open.", headers=[("Retry-After", str(MAX_SECONDS))])
    # Also if the response is never sent. It may be called twice; the second call does nothing.
    response.call_on_close(finalize(response, streams.release))
    response.response = stream_with_context(_until(time.monotonic() + MAX_SECONDS, messages))
    return response


def _until(deadline: float, messages: Iterable[str]) -> Iterator[str]:
    for message in messages:
        yield message
        if time.monotonic() >= deadline or closing.is_set():
            break
