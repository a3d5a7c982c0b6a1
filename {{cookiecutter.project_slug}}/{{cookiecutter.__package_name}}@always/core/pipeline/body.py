"""Read the body of a request, and let slow clients keep nobody out.

The server hands a body over while it still arrives, and a thread that reads one waits as long as the client likes. So
half of the threads may read for callers at a time and a quarter for those who are none, and half of each for one
network; what a body at hand takes is far less than the wait for such a place.
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

PATIENCE = 0.1  # seconds
PIECE = 64 * 1024
DISCARDED = 16 * 1024 * 1024


class Places:
    """Where bodies are read: so many at a time, and half as many for one network."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._taken: Counter[str] = Counter()
        self._change = Condition()

    @contextmanager
    def taken(self, network: str, patience: float) -> Iterator[bool]:
        """Take a place for the block, waiting ``patience`` seconds if need be; give whether there was one."""

        def free() -> bool:
            return self._taken.total() < self._number and self._taken[network] < max(1, self._number // 2)

        with self._change:
            found = self._change.wait_for(free, patience)
            if found:
                self._taken[network] += 1
        try:
            yield found
        finally:
            if found:
                self._leave(network)

    def _leave(self, network: str) -> None:
        with self._change:
            self._taken[network] -= 1
            if not self._taken[network]:
                del self._taken[network]
            self._change.notify_all()


class Bodies:
    """Places for the bodies of callers, and others for those of strangers, who keep no caller out."""

    def __init__(self, threads: int) -> None:
        self._callers = Places(max(1, threads // 2))
        self._strangers = Places(max(1, threads // 4))

    def place(self, request: Request, patience: float) -> AbstractContextManager[bool]:
        """Take a place for the body of the request; see ``Places``."""
        places = self._callers if "caller" in g else self._strangers
        return places.taken(network(request.remote_addr or ""), patience)


def init_app(app: Flask) -> None:
    """Bound the body: a longer one is answered with 413 and never kept."""
    settings = get_settings(app, Settings)
    app.config["MAX_CONTENT_LENGTH"] = settings.requests_max_body
    services.register(app, Bodies(settings.server_threads))


def read(request: Request) -> bytes:
    """Return the body.

    Raises 413 for one that is too large, ``Problem`` for one that ends early and while too many others arrive slowly.
    """
    with _bodies().place(request, PATIENCE) as free:
        if not free:
            events.record(events.EXCESS_RATE_LIMIT_EXCEEDED, "too many bodies arrive slowly", limit="slow-bodies")
            raise Problem("unavailable", "Too many bodies arrive slowly.", headers=[("Retry-After", "1")])
        content = request.stream.read()
    if len(content) < (request.content_length or 0):
        # What came before the client went may look whole.
        raise Problem("bad-request", "The body is shorter than its Content-Length.")
    return content


def discard(request: Request) -> None:
    """Read to its end the body of a request that is refused, where nobody has to wait for that.

    A connection that ends while the client still sends takes the answer with it.
    """
    left = request.content_length or 0
    if not 0 < left <= DISCARDED or "HTTP_EXPECT" in request.environ:  # who expects leave to send sends nothing now
        return
    with _bodies().place(request, 0) as free:
        while free and left > 0 and (piece := request.environ["wsgi.input"].read(PIECE)):
            left -= len(piece)


def _bodies() -> Bodies:
    return services.get(current_app, Bodies)
