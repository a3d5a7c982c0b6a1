"""Which origins a browser lets call the service, and with which methods and headers (Fetch standard).

Flask-CORS decides and writes the headers. It is asked only for a request that has an ``Origin``: for all others the
answer is one constant header, which the WSGI ring writes.
"""

import re
from typing import Any

from flask import Flask, Response
from flask_cors.core import get_cors_headers, get_cors_options
from werkzeug.datastructures import EnvironHeaders

from .. import services
from ..auth import backend
from ..declare.declaration import ANY, HTML
from ..declare.endpoint import Endpoints
from ..observability import events
from ..request.state import RequestState
from ..settings import Settings, get_settings

METHODS = ["GET", "POST", "PATCH", "DELETE"]
REQUEST_HEADERS = ["Content-Type", "If-Match", "X-Request-ID", "traceparent"]
EXPOSED = ["ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Request-ID"]
VARY = ("Vary", "Origin")
_ORIGIN = re.compile(r"null|[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9.:_\[\]-]{1,200}")


class Origins:
    """The origins in the settings, and what their pages are granted."""

    def __init__(self, app: Flask) -> None:
        settings = get_settings(app, Settings)
        self.allowed = frozenset(settings.cors_origins)
        self._options = get_cors_options(
            app,
            {
                "origins": list(settings.cors_origins),
                "methods": METHODS,
                "allow_headers": [backend.CREDENTIAL_HEADER, *REQUEST_HEADERS],
                "expose_headers": EXPOSED,
                "max_age": settings.cors_max_age,
                "supports_credentials": False,
                "send_wildcard": False,
                "always_send": False,
                "allow_private_network": False,
                "vary_header": False,
            },
        )

    def granted(self, environ: dict[str, Any]) -> list[tuple[str, str]]:
        """Return the headers that let a page of an allowed origin read the answer."""
        if environ.get("HTTP_ORIGIN") not in self.allowed:
            return []
        granted = get_cors_headers(self._options, EnvironHeaders(environ), environ["REQUEST_METHOD"])
        return [(name, str(value)) for name, value in granted.items()]


def init_app(app: Flask) -> None:
    """Answer across origins for the origins in the settings, and for no other."""
    services.register(app, Origins(app))


def preflight(state: RequestState) -> Response | None:
    """Answer a preflight at once: it carries no credential and counts on no budget."""
    environ = state.environ
    if (
        environ["REQUEST_METHOD"] == "OPTIONS"
        and "HTTP_ORIGIN" in environ
        and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
    ):
        return Response(status=204)
    return None


def allow(state: RequestState) -> None:
    """Let a page of an allowed origin read the answer."""
    origin = state.environ.get("HTTP_ORIGIN")
    if origin is None:
        return
    origins = services.get(state.app, Origins)
    if origin in origins.allowed:
        if not _is_page(state):
            state.headers += origins.granted(state.environ)
    elif origin != f"{state.request.scheme}://{state.request.host}":
        # What is no origin may hold anything, a password too, and is not written.
        named = origin if _ORIGIN.fullmatch(origin) else None
        events.record(events.MALICIOUS_CORS, "the origin is not allowed", origin=named)


def _is_page(state: RequestState) -> bool:
    """Tell whether a person reads the answer: no program of another origin has to."""
    rule = state.request.url_rule
    response = services.get(state.app, Endpoints)[rule.endpoint].declaration.response if rule else None
    return response is not None and response.media_type in (HTML, ANY)
