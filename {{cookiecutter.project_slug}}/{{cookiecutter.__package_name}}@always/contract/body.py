"""Read the body of a request, and let slow clients keep nobody out.

The server hands a body over while it still arrives, and a thread that reads one waits as long as the client likes. So
half of the threads may read at a time, and half of those for one address; what a body at hand takes is far less than
the wait for such a place.
"""

from collections import Counter
from threading import Condition

from flask import Flask, Request, current_app
from werkzeug.exceptions import RequestEntityTooLarge

from ..monitoring import events
from ..problems import Problem
from ..settings import Settings, of

PATIENCE = 0.1  # seconds
PIECE = 64 * 1024
DISCARDED = 16 * 1024 * 1024


class Places:
    """Where bodies are read: so many at a time, and half as many for one address."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._taken: Counter[str] = Counter()
        self._change = Condition()

    def take(self, address: str) -> bool:
        """Take a place, waiting a moment if need be; tell whether there was one."""

        def free() -> bool:
            return self._taken.total() < self._number and self._taken[address] < max(1, self._number // 2)

        with self._change:
            if not self._change.wait_for(free, PATIENCE):
                return False
            self._taken[address] += 1
            return True

    def leave(self, address: str) -> None:
        """Leave the place to another."""
        with self._change:
            self._taken[address] -= 1
            if not self._taken[address]:
                del self._taken[address]
            self._change.notify_all()


def init_app(app: Flask) -> None:
    """Bound the body: a longer one is answered with 413 and never kept."""
    settings = of(app, Settings)
    app.config["MAX_CONTENT_LENGTH"] = settings.requests_max_body
    app.extensions["body_places"] = Places(max(1, settings.server_threads // 2))


def read(request: Request) -> bytes:
    """Return the body. Raises 413 for one that is too large, ``Problem`` while too many others arrive slowly."""
    places: Places = current_app.extensions["body_places"]
    address = request.remote_addr or ""
    if not places.take(address):
        events.record("excess_rate_limit_exceeded", "too many bodies arrive slowly", budget="slow-bodies")
        raise Problem("unavailable", "Too many bodies arrive slowly.", headers=[("Retry-After", "1")])
    try:
        return request.stream.read()
    except RequestEntityTooLarge:
        # A connection that ends while the client still sends takes the answer with it.
        left = DISCARDED
        while left > 0 and (piece := request.environ["wsgi.input"].read(PIECE)):
            left -= len(piece)
        raise
    finally:
        places.leave(address)
