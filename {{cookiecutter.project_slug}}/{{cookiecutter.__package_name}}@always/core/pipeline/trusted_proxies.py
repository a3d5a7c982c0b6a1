"""The client's address and scheme as the trusted proxies report them.

Only ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are read, and of each only as many entries as there are trusted
proxies.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ..settings import Settings, get_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


def trust_proxies(wsgi_app: "WSGIApplication", app: Flask) -> "WSGIApplication":
    """Wrap the WSGI application of ``app`` so that it receives the client's address and scheme, not the proxy's."""
    proxies = get_settings(app, Settings).server_trusted_proxies
    return ProxyFix(_normalised(wsgi_app), x_for=proxies, x_proto=proxies) if proxies else wsgi_app


def _normalised(wsgi_app: "WSGIApplication") -> "WSGIApplication":
    """Wrap an application so that it receives the address without a port, and the scheme in lower case."""

    def call(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = _address(environ.get("REMOTE_ADDR", ""))  # each connection has another port
        environ["wsgi.url_scheme"] = environ["wsgi.url_scheme"].lower()
        return wsgi_app(environ, start_response)

    return call


def _address(entry: str) -> str:
    """Return the address of an ``X-Forwarded-For`` entry, to which some proxies add brackets or a port."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry
