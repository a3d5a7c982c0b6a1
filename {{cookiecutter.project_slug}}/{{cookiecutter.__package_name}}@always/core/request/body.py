"""Read request bodies, of at most a maximum size, in slots."""

import io
from contextlib import suppress
from functools import partial
from typing import Any

from flask import Flask, Request
from werkzeug.exceptions import RequestEntityTooLarge

from .. import services
from ..observability import events
from ..problems import Problem
from ..settings import Settings, get_settings
from .slots import BodySlots
from .state import KEY

CHUNK = 64 * 1024  # bytes
MAX_DISCARD = 16 * 1024 * 1024  # bytes


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
            with suppress(Exception):  # a server may raise its own error if the connection is lost
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
