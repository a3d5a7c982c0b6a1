"""Which origins a browser lets call the service, and with which methods and headers (Fetch standard).

Flask-CORS decides and writes the headers. It is asked only for a request that has an ``Origin``: for all others the
answer is one constant header.
"""

from flask import Flask, Response
from flask_cors.core import get_cors_options, set_cors_headers

from ..auth import identity
from ..monitoring import events
from ..settings import Settings, of
from .exchange import Exchange

METHODS = ["GET", "POST", "PATCH", "DELETE"]
REQUEST_HEADERS = ["Content-Type", "If-Match", "X-Request-ID", "traceparent"]
HTML = "text/html"
EXPOSED = ["ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Request-ID"]


def init_app(app: Flask) -> None:
    """Answer across origins for the origins in the settings, and for no other."""
    settings = of(app, Settings)
    app.extensions["cors"] = (
        frozenset(settings.cors_origins),
        get_cors_options(
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
        ),
    )


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


def allow(exchange: Exchange, response: Response) -> None:
    """Let a page of an allowed origin read the answer."""
    exchange.headers.append(("Vary", "Origin"))
    origin = exchange.environ.get("HTTP_ORIGIN")
    if origin is None:
        return
    allowed, options = exchange.app.extensions["cors"]
    if origin in allowed:
        if not _is_page(exchange):
            set_cors_headers(response, options)
    elif origin != f"{exchange.request.scheme}://{exchange.request.host}":
        events.record("malicious_cors", "the origin is not allowed", origin=origin[:256])


def _is_page(exchange: Exchange) -> bool:
    """Tell whether a person reads the answer: no program of another origin has to."""
    rule = exchange.request.url_rule
    return rule is not None and exchange.app.extensions["endpoints"][rule.endpoint].contract.media == HTML
