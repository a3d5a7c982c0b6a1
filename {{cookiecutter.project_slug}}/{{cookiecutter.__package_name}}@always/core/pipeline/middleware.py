"""The WSGI ring: what must happen once for every answer, whatever failed inside.

Flask runs ``after_request`` functions of layers whose ``before_request`` never ran, and runs the chain again after an
exception in it. So the request id, the line in the journal, the metrics and the security headers belong here.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import ClosingIterator

from .. import problems
from ..observability import log, redaction
from ..observability.metrics import Metrics
from ..request.state import KEY
from ..settings import Settings
from . import correlation, cors, headers, trusted_proxies

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication

logger = logging.getLogger(__name__)


class Middleware:
    """Wraps the Flask application."""

    def __init__(self, app: "WSGIApplication", settings: Settings, metrics: Metrics, origins: cors.Origins) -> None:
        self._app = app
        self._metrics = metrics
        self._origins = origins
        self._hosts = trusted_proxies.Hosts(settings)

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request with an id, a line in the journal and the security headers."""
        started = time.perf_counter()
        request_id = environ["service.request_id"] = correlation.request_id(environ)
        logged = log.request_id.set(request_id)
        status, streamed = 500, False

        def start(line: str, own: headers.Headers, failure: "OptExcInfo | None" = None) -> Any:
            nonlocal status, streamed
            status = int(line[:3])
            streamed = all(name != "Content-Length" for name, _ in own)
            own = headers.of_body(status, own)
            if state := environ.get(KEY):
                own += state.headers
            own += headers.missing(environ["wsgi.url_scheme"], own)
            own += [cors.VARY, ("X-Request-ID", request_id)]
            return start_response(line, own, failure) if failure else start_response(line, own)

        try:
            if refusal := self._hosts.refusal(environ):
                return self._refuse(environ, start, *refusal)
            if "HTTP_TRANSFER_ENCODING" in environ:
                # The server hides a Content-Length that stood beside it, so nobody can tell which one was meant; the
                # connection ends here, and with it whatever was smuggled behind the body.
                return self._refuse(
                    environ,
                    start,
                    "length-required",
                    "A body must come with its Content-Length.",
                    ("Connection", "close"),
                )
            body = self._app(environ, start)
            return ClosingIterator(_stream(body, request_id), getattr(body, "close", None)) if streamed else body
        except Exception:
            logger.exception("The application failed outside its own error handling.")
            return self._refuse(environ, start, "internal", problems.PROBLEM_TYPES["internal"].meaning)
        finally:
            seconds = time.perf_counter() - started
            state = environ.get(KEY)
            route = state.endpoint.route if state and state.endpoint else "none"
            self._metrics.observe_response(route, redaction.method(environ), status, seconds)
            correlation.write_line(environ, status, seconds)
            log.request_id.reset(logged)

    def _refuse(
        self, environ: dict[str, Any], start: "StartResponse", kind: str, detail: str, *more: tuple[str, str]
    ) -> Iterable[bytes]:
        content = problems.body(environ, kind, detail)
        fields = [("Content-Type", problems.MEDIA_TYPE), ("Content-Length", str(len(content))), *more]
        if KEY not in environ:  # else Flask has begun, and may have granted it
            fields += self._origins.granted(environ)
        start(problems.status_line(kind), fields)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]


def _stream(body: Iterable[bytes], request_id: str) -> Iterator[bytes]:
    """Yield a body that is produced while it is sent, so that its log lines carry the request id too."""
    log.request_id.set(request_id)
    try:
        yield from body
    except Exception:
        logger.exception("The response failed while it was sent.")
        raise
    finally:
        log.request_id.set(None)
