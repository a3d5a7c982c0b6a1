"""The WSGI middleware: the work that must happen once for every response, even if something inside fails.

Flask runs the ``after_request`` functions of layers whose ``before_request`` function never ran, and runs them again
after an exception in one of them. So the request id, the access log, the metrics and the security headers belong here.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.wsgi import ClosingIterator

from .. import problems, services
from ..limits import network
from ..observability import log, redaction
from ..observability.metrics import Metrics
from ..problems import PROBLEM_TYPES
from ..request import body as request_body
from ..request.slots import BodySlots
from ..request.state import KEY, RequestState, closing
from ..settings import Settings, get_settings
from . import allowed_hosts, concurrency, cors, security_headers
from .request_id import request_id, traceparent

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse

MAX_JOINED = 64 * 1024  # bytes
logger = logging.getLogger(__name__)


class Middleware:
    """Wraps the WSGI application of ``app``."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._inner = app.wsgi_app
        self._metrics = services.get(app, Metrics)
        self._hosts = frozenset(get_settings(app, Settings).server_allowed_hosts)
        self._bodies = services.get(app, BodySlots)

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Pass the request on; add the request id and the security headers; log and count the response."""
        started = time.perf_counter()
        own_id = environ["service.request_id"] = request_id(environ)
        token = log.request_id.set(own_id)
        client = network(environ.get("REMOTE_ADDR", ""))
        admitted = self._bodies.requests.take(client)
        status, streamed, length = 500, False, 0
        # Werkzeug would accept `get` as GET, but methods are case-sensitive (RFC 9110, section 9.1). Any unknown method
        # becomes `other`, so that it has one label in the metrics.
        environ["REQUEST_METHOD"] = redaction.method(environ)
        body = request_body.receive(environ, self._bodies)

        def start(line: str, headers: list[tuple[str, str]], failure: "OptExcInfo | None" = None) -> Any:
            nonlocal status, streamed, length
            status = int(line[:3])
            if status == 204 or ("Content-Length", "0") in headers:
                # A response without a body has no media type (RFC 9110, section 8.3).
                headers = [header for header in headers if header[0] != "Content-Type"]
            if state := environ.get(KEY):
                headers += state.headers
            present = {name.title(): value for name, value in headers}
            streamed = "Content-Length" not in present and status not in {204, 304}
            length = int(present.get("Content-Length", 0))
            headers += security_headers.missing(environ["wsgi.url_scheme"], present.keys())
            headers += [cors.VARY, ("X-Request-ID", own_id)]
            if status == 429 or closing.is_set() or (body is not None and body.stays_unread()):
                # One address must not occupy all connections, before a stop clients should use another instance, and
                # the server closes the connection itself if the body is unread, but does not always announce it.
                headers.append(("Connection", "close"))
            return start_response(line, headers, failure) if failure else start_response(line, headers)

        try:
            if problem := allowed_hosts.find_problem(environ, self._hosts):
                return self._reject(environ, start, *problem)
            if environ.get("HTTP_TRANSFER_ENCODING", "chunked").lower() != "chunked":
                # A proxy may see the end of such a body elsewhere: close the connection (RFC 9112, section 11.2).
                detail = "The only accepted transfer coding is chunked."
                return self._reject(environ, start, "bad-request", detail, ("Connection", "close"))
            if not admitted and concurrency.is_limited(self._app, environ):
                detail = "Too many of your requests are in progress."
                return self._reject(environ, start, "rate-limited", detail, ("Retry-After", "1"))
            content = self._inner(environ, start)
            if streamed:
                return ClosingIterator(_stream(content, own_id), getattr(content, "close", None))
            return _joined(content) if length <= MAX_JOINED else content
        except Exception:
            logger.exception("the application failed outside its own error handling")
            return self._reject(environ, start, "internal", PROBLEM_TYPES["internal"].meaning)
        finally:
            if body is not None and not streamed:
                body.discard()
            if admitted:
                self._bodies.requests.release(client)
            self._record(environ, status, time.perf_counter() - started)
            log.request_id.reset(token)

    def _record(self, environ: dict[str, Any], status: int, seconds: float) -> None:
        """Count the response, and write the line of the access log."""
        state: RequestState | None = environ.get(KEY)
        endpoint, caller = (state.endpoint, state.caller) if state else (None, None)
        method = environ["REQUEST_METHOD"]
        self._metrics.observe_response(endpoint.route if endpoint else "none", method, status, seconds)
        log.write(
            "info",
            "request",
            traceparent=traceparent(environ),
            address=environ.get("REMOTE_ADDR"),
            method=method,
            path=redaction.path(environ),
            route=endpoint and endpoint.route,
            caller=caller and caller.id,
            credential=caller and caller.credential,
            status=status,
            duration_ms=round(seconds * 1000, 2),
        )

    def _reject(
        self, environ: dict[str, Any], start: "StartResponse", type_name: str, detail: str, *headers: tuple[str, str]
    ) -> Iterable[bytes]:
        problem_type = PROBLEM_TYPES[type_name]
        content = problems.body(environ, type_name, problem_type, detail)
        sent = [("Content-Type", problems.MEDIA_TYPE), ("Content-Length", str(len(content))), *headers]
        if KEY not in environ:  # otherwise cors.add_headers has added them
            sent += services.get(self._app, cors.CorsPolicy).headers(environ)
        status = HTTPStatus(problem_type.status)
        start(f"{status.value} {status.phrase}", sent)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]


def _joined(body: Iterable[bytes]) -> list[bytes]:
    """Return a body as a list, which the server sends with its headers in one write, and not through a channel."""
    try:
        return [b"".join(body)]
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()


def _stream(body: Iterable[bytes], request_id: str) -> Iterator[bytes]:
    """Yield a body that is produced while it is sent, so that its log lines contain the request id too."""
    log.request_id.set(request_id)
    try:
        yield from body
    except Exception:
        logger.exception("the response failed while it was sent")
        raise
    finally:
        log.request_id.set(None)
