"""Read request bodies without letting slow clients exhaust the worker threads.

The server passes a body on while it arrives and has no timeout for it, so a thread that reads one waits as long as the
client takes. ``flask serve`` therefore starts more threads than the setting ``server_threads``: ``SLOTS`` for bodies of
authenticated callers, and as many for those of anonymous clients. One network may use half of either, and half of all
threads: 600 requests for a view of 50 ms then delay those of others by less than 200 ms, and not by 400 ms. A body that
has already arrived is read in far less than ``SLOT_TIMEOUT``.
"""

import io
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Condition
from typing import Any

from flask import Flask, Request
from werkzeug.exceptions import RequestEntityTooLarge

from .. import services
from ..limits import network
from ..observability import events
from ..problems import Problem
from ..settings import Settings, get_settings
from .state import KEY, RequestState

SLOTS = 32
SLOT_TIMEOUT = 0.1  # seconds
THREADS = 2 * SLOTS
CHUNK = 64 * 1024  # bytes
MAX_DISCARD = 16 * 1024 * 1024  # bytes


class Slots:
    """A fixed number of slots, of which one network may occupy ``share``, by default half."""

    def __init__(self, number: int = SLOTS, share: int | None = None) -> None:
        self._number, self._share = number, share or number // 2
        self.occupied: Counter[str] = Counter()
        self._change = Condition()

    @contextmanager
    def occupy(self, network: str, timeout: float = SLOT_TIMEOUT) -> Iterator[bool]:
        """Occupy a slot during the block. Yields False if none becomes free within ``timeout`` seconds."""
        occupied = self.take(network, timeout)
        try:
            yield occupied
        finally:
            if occupied:
                self.release(network)

    def take(self, network: str, timeout: float = 0) -> bool:
        """Occupy a slot until ``release``. Returns False if none becomes free within ``timeout`` seconds."""

        def is_taken() -> bool:
            free = self.occupied[network] < self._share and self.occupied.total() < self._number
            if free:
                self.occupied[network] += 1
            return free

        with self._change:
            return is_taken() or (timeout > 0 and self._change.wait_for(is_taken, timeout))

    def release(self, network: str) -> None:
        """Free a slot."""
        with self._change:
            self.occupied[network] -= 1
            if not self.occupied[network]:
                del self.occupied[network]
            self._change.notify_all()


class BodySlots:
    """Slots for the bodies of callers, and separate ones for anonymous clients; ``requests`` are those in progress."""

    def __init__(self, threads: int = 0) -> None:
        self._callers, self._anonymous = Slots(), Slots()
        self.requests = Slots(sys.maxsize, (threads + THREADS) // 2)  # the server may have more threads

    def only_slow_remain(self) -> bool:
        """Return whether requests are in progress and each of them waits for its body."""
        return 0 < self.requests.occupied.total() <= self._callers.occupied.total() + self._anonymous.occupied.total()

    def run(self, environ: dict[str, Any], read: Callable[[], bytes]) -> bytes | None:
        """Return the result of ``read``, or None if no slot is free for the client."""
        state: RequestState | None = environ.get(KEY)
        slots = self._callers if state and state.caller else self._anonymous
        with slots.occupy(network(environ.get("REMOTE_ADDR", ""))) as occupied:
            return read() if occupied else None


class RequestBody(io.RawIOBase):
    """The ``wsgi.input`` of a request with a body, which is read as a whole when it is first used.

    Reading raises ``Problem``: 400 if the body ends early, 503 if no slot is free for it. It raises the 413 of Werkzeug
    if the body exceeds the ``max_content_length`` of the request.

    ``length`` is None for a chunked body. The server reports a connection that is lost during such a body as its end. A
    JSON document that is cut off is invalid; a view that reads other formats must check that the content is complete.
    """

    def __init__(self, environ: dict[str, Any], length: int | None, slots: BodySlots) -> None:
        super().__init__()
        self._environ, self._length, self._slots = environ, length, slots
        self._input = environ["wsgi.input"]
        self._unread = MAX_DISCARD if length is None else length  # bytes; for a chunked body an upper bound
        self._sent = "HTTP_EXPECT" not in environ  # with Expect, the client sends no body until the service reads it
        self._content: io.BytesIO | None = None

    @property
    def is_read(self) -> bool:
        """Whether nothing is left to read."""
        return self._unread == 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read a part of the body; see ``io.RawIOBase``."""
        return self._stream().readinto(buffer)

    def readall(self) -> bytes:
        """Return the rest of the body."""
        return self._stream().read()

    def stays_unread(self) -> bool:
        """Return whether ``discard`` reads nothing of an unread body, after which the server closes the connection."""
        return self._unread > (MAX_DISCARD if self._sent else 0)

    def discard(self) -> None:
        """Read what is left of a body of at most ``MAX_DISCARD`` bytes, if a slot is free for it.

        Closing the connection while the client still sends can lose the response.
        """
        if self._unread and not self.stays_unread():
            self._slots.run(self._environ, self._skip)

    def _stream(self) -> io.BytesIO:
        if self._content is None:
            self._content = io.BytesIO(self._load())
        return self._content

    def _load(self) -> bytes:
        length, limit = self._length, self._environ[KEY].request.max_content_length
        limit = MAX_DISCARD if limit is None else limit
        if length is not None and length > limit:
            raise RequestEntityTooLarge
        self._sent = True
        content = self._slots.run(self._environ, partial(self._read, limit + 1 if length is None else length))
        if content is None:
            events.record(events.EXCESS_RATE_LIMIT_EXCEEDED, "too many slow uploads", limit="slow-bodies")
            raise Problem("unavailable", "Too many slow uploads are in progress.", headers=[("Retry-After", "1")])
        if len(content) > limit:
            raise RequestEntityTooLarge
        if length is not None and len(content) < length:
            # The client disconnected. What has arrived may still be valid JSON.
            raise Problem("bad-request", "The body is shorter than its Content-Length.")
        return content

    def _read(self, size: int) -> bytes:
        """Return at most ``size`` bytes; fewer only at the end of the body."""
        chunks = []
        while size > 0 and (chunk := self._input.read(size)):
            chunks.append(chunk)
            size -= len(chunk)
        self._unread = self._unread - sum(map(len, chunks)) if size == 0 and self._length is None else 0
        return b"".join(chunks)

    def _skip(self) -> bytes:
        while self._unread > 0 and (chunk := self._input.read(min(CHUNK, self._unread))):
            self._unread -= len(chunk)
        return b""


def init_app(app: Flask) -> None:
    """Set the maximum size of a body, and register the slots."""
    app.config["MAX_CONTENT_LENGTH"] = get_settings(app, Settings).requests_max_body
    services.register(app, BodySlots(get_settings(app, Settings).server_threads))


def receive(environ: dict[str, Any], slots: BodySlots) -> RequestBody | None:
    """Replace the ``wsgi.input`` of a request with a body, and return the replacement."""
    length = environ.get("CONTENT_LENGTH", "")
    if "HTTP_TRANSFER_ENCODING" in environ:
        body = RequestBody(environ, None, slots)
    elif length.isdecimal() and int(length) > 0:
        body = RequestBody(environ, int(length), slots)
    else:
        return None
    environ["wsgi.input"] = body
    environ["wsgi.input_terminated"] = True
    return body


def read(request: Request) -> bytes:
    """Return the whole body. Raises the errors of ``RequestBody``."""
    stream = request.environ["wsgi.input"]
    return stream.readall() if isinstance(stream, RequestBody) else b""
