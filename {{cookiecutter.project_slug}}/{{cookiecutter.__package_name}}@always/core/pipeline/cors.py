"""Cross-origin requests: which origins may call the service, with which methods and headers (Fetch standard).

Flask-CORS decides and builds the headers. It is called only for requests with an ``Origin``: all other responses get
one constant header, which the middleware adds.
"""

import re
from typing import Any

from flask import Flask, Response
from flask_cors.core import get_cors_headers, get_cors_options
from werkzeug.datastructures import EnvironHeaders

from .. import services
from ..auth import backend
from ..declare.declaration import ANY, HTML, Endpoints
from ..observability import events
from ..request.state import RequestState
from ..settings import Settings, get_settings

REQUEST_HEADERS = ["Content-Type", "If-Match", "X-Request-ID", "traceparent"]
EXPOSED = ["ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Request-ID"]
VARY = ("Vary", "Origin")
_ORIGIN = re.compile(r"null|[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9.:_\[\]-]{1,200}")


class CorsPolicy:
    """The allowed origins and the response headers for them. Each origin may use the methods of all routes."""

    def __init__(self, app: Flask) -> None:
        settings = get_settings(app, Settings)
        self.origins = frozenset(settings.cors_origins)
        methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}
        self._options = get_cors_options(
            app,
            {
                "origins": list(settings.cors_origins),
                "methods": sorted(methods - {"HEAD", "OPTIONS"}),
                "allow_headers": [backend.CREDENTIAL_HEADER, *REQUEST_HEADERS, *settings.cors_request_headers],
                "expose_headers": EXPOSED,
                "max_age": settings.cors_max_age,
                "supports_credentials": False,
                "send_wildcard": False,
                "always_send": False,
                "allow_private_network": False,
                "vary_header": False,
            },
        )

    def headers(self, environ: dict[str, Any]) -> list[tuple[str, str]]:
        """Return the headers that allow a page to read the response, if its origin is allowed."""
        if environ.get("HTTP_ORIGIN") not in self.origins:
            return []
        headers = get_cors_headers(self._options, EnvironHeaders(environ), environ["REQUEST_METHOD"])
        return [(name, str(value)) for name, value in headers.items()]


def answer_preflight(state: RequestState) -> Response | None:
    """Respond to a preflight immediately: it carries no credential and does not count towards rate limits."""
    environ = state.environ
    if (
        environ["REQUEST_METHOD"] == "OPTIONS"
        and "HTTP_ORIGIN" in environ
        and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
    ):
        return Response(status=204)
    return None


def add_headers(state: RequestState) -> None:
    """Add the CORS headers for an allowed origin, and record a security event for any other origin but our own."""
    origin = state.environ.get("HTTP_ORIGIN")
    if origin is None:
        return
    policy = services.get(state.app, CorsPolicy)
    if origin in policy.origins:
        if not _is_page(state):
            state.headers += policy.headers(state.environ)
    elif origin != f"{state.request.scheme}://{state.request.host}":
        # A value that is not an origin may contain anything, even a password, and is not logged.
        logged = origin if _ORIGIN.fullmatch(origin) else None
        events.record(events.MALICIOUS_CORS, "the origin is not allowed", origin=logged)


def _is_page(state: RequestState) -> bool:
    """Return whether the view serves a page or its files, which scripts of other origins do not need."""
    rule = state.request.url_rule
    response = services.get(state.app, Endpoints)[rule.endpoint].declaration.response if rule else None
    return response is not None and response.media_type in (HTML, ANY)
