"""Which origins a browser lets call the service, and with which methods and headers (Fetch standard).

Flask-CORS decides and writes the headers. It is asked only for a request that has an ``Origin``: for all others the
answer is one constant header, which the WSGI ring writes.
"""

import re
from typing import Any

from flask import Flask, Response
from flask_cors.core import get_cors_headers, get_cors_options
from werkzeug.datastructures import EnvironHeaders

from ..auth import identity
from ..contract.declaration import ANY, HTML
from ..monitoring import events
from ..settings import Settings, of
from .exchange import Exchange

METHODS = ["GET", "POST", "PATCH", "DELETE"]
REQUEST_HEADERS = ["Content-Type", "If-Match", "X-Request-ID", "traceparent"]
EXPOSED = ["ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Request-ID"]
VARY = ("Vary", "Origin")
_ORIGIN = re.compile(r"null|[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9.:_\[\]-]{1,200}")


class Origins:
    """The origins in the settings, and what their pages are granted."""

    def __init__(self, app: Flask) -> None:
        settings = of(app, Settings)
        self.allowed = frozenset(settings.cors_origins)
        self._options = get_cors_options(
            app,
            {
                "origins": list(settings.cors_origins),
                "methods": METHODS,
                "allow_headers": [identity.CREDENTIAL_HEADER, *REQUEST_HEADERS],
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
    app.extensions["cors"] = Origins(app)


def preflight(exchange: Exchange) -> Response | None:
    """Answer a preflight at once: it carries no credential and counts on no budget."""
    environ = exchange.environ
    if (
        environ["REQUEST_METHOD"] == "OPTIONS"
        and "HTTP_ORIGIN" in environ
        and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
    ):
        return Response(status=204)
    return None


def allow(exchange: Exchange) -> None:
    """Let a page of an allowed origin read the answer."""
    origin = exchange.environ.get("HTTP_ORIGIN")
    if origin is None:
        return
    origins: Origins = exchange.app.extensions["cors"]
    if origin in origins.allowed:
        if not _is_page(exchange):
            exchange.headers += origins.granted(exchange.environ)
    elif origin != f"{exchange.request.scheme}://{exchange.request.host}":
        # What is no origin may hold anything, a password too, and is not written.
        named = origin if _ORIGIN.fullmatch(origin) else None
        events.record("malicious_cors", "the origin is not allowed", origin=named)


def _is_page(exchange: Exchange) -> bool:
    """Tell whether a person reads the answer: no program of another origin has to."""
    rule = exchange.request.url_rule
    return rule is not None and exchange.app.extensions["endpoints"][rule.endpoint].contract.media in (HTML, ANY)
