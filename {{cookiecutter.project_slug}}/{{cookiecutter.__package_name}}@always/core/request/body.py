"""Read request bodies without letting slow clients exhaust the worker threads.

The server passes a body on while it arrives, so a thread that reads one waits as long as the client takes. At most half
of the threads read bodies of authenticated callers and a quarter those of anonymous clients; one network may use half
of either. A body that has already arrived is read in far less than ``SLOT_TIMEOUT``.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Condition

from flask import Flask, Request, current_app, g

from .. import services
from ..limits import network
from ..observability import events
from ..problems import Problem
from ..settings import Settings, get_settings

SLOT_TIMEOUT = 0.1  # seconds
CHUNK = 64 * 1024  # bytes
MAX_DISCARD = 16 * 1024 * 1024  # bytes


class Slots:
    """A fixed number of slots, of which one network may occupy half."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._occupied: Counter[str] = Counter()
        self._change = Condition()

    @contextmanager
    def occupy(self, network: str, timeout: float) -> Iterator[bool]:
        """Occupy a slot during the block. Yields False if none becomes free within ``timeout`` seconds."""

        def is_free() -> bool:
            return self._occupied.total() < self._number and self._occupied[network] < max(1, self._number // 2)

        with self._change:
            occupied = self._change.wait_for(is_free, timeout)
            if occupied:
                self._occupied[network] += 1
        try:
            yield occupied
        finally:
            if occupied:
                self._release(network)

    def _release(self, network: str) -> None:
        with self._change:
            self._occupied[network] -= 1
            if not self._occupied[network]:
                del self._occupied[network]
            self._change.notify_all()


class BodySlots:
    """Slots for the bodies of callers, and separate ones for those of anonymous clients."""

    def __init__(self, threads: int) -> None:
        self._callers = Slots(max(1, threads // 2))
        self._anonymous = Slots(max(1, threads // 4))

    def occupy(self, request: Request, timeout: float) -> AbstractContextManager[bool]:
        """Occupy a slot for the body of the request; see ``Slots``."""
        slots = self._callers if "caller" in g else self._anonymous
        return slots.occupy(network(request.remote_addr or ""), timeout)


def init_app(app: Flask) -> None:
    """Set the maximum size of a body; Werkzeug responds to a larger one with 413."""
    settings = get_settings(app, Settings)
    app.config["MAX_CONTENT_LENGTH"] = settings.requests_max_body
    services.register(app, BodySlots(settings.server_threads))


def read(request: Request) -> bytes:
    """Return the body.

    Raises ``Problem``: 400 if the body ends early, 503 if other clients occupy all slots. Werkzeug raises 413.
    """
    with _slots().occupy(request, SLOT_TIMEOUT) as occupied:
        if not occupied:
            events.record(events.EXCESS_RATE_LIMIT_EXCEEDED, "too many slow uploads", limit="slow-bodies")
            raise Problem("unavailable", "Too many slow uploads are in progress.", headers=[("Retry-After", "1")])
        content = request.stream.read()
    if len(content) < (request.content_length or 0):
        # The client disconnected. What has arrived may still be valid JSON.
        raise Problem("bad-request", "The body is shorter than its Content-Length.")
    return content


def discard(request: Request) -> None:
    """Read the rest of a rejected request's body if a slot is free.

    Closing the connection while the client still sends can lose the response.
    """
    remaining = request.content_length or 0
    if not 0 < remaining <= MAX_DISCARD or "HTTP_EXPECT" in request.environ:  # with Expect the client sends no body
        return
    with _slots().occupy(request, 0) as occupied:
        while occupied and remaining > 0 and (chunk := request.environ["wsgi.input"].read(CHUNK)):
            remaining -= len(chunk)


def _slots() -> BodySlots:
    return services.get(current_app, BodySlots)
