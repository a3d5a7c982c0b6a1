"""The client's address and scheme as the trusted proxies report them.

Only ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are read, and of each only as many entries as there are trusted
proxies. A request with fewer entries did not pass all of them; the log reports the first one.
"""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ..settings import Settings, get_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

HEADERS = {"X-Forwarded-For": "HTTP_X_FORWARDED_FOR", "X-Forwarded-Proto": "HTTP_X_FORWARDED_PROTO"}
DIRECT = {"/healthz", "/readyz", "/metrics"}  # paths that monitoring calls without the proxies
log = logging.getLogger(__name__)


def trust_proxies(wsgi_app: "WSGIApplication", app: Flask) -> "WSGIApplication":
    """Wrap the WSGI application of ``app`` so that it receives the client's address and scheme, not the proxy's."""
    proxies = get_settings(app, Settings).server_trusted_proxies
    return ProxyFix(_normalised(wsgi_app, proxies), x_for=proxies, x_proto=proxies) if proxies else wsgi_app


def _normalised(wsgi_app: "WSGIApplication", proxies: int) -> "WSGIApplication":
    """Wrap an application so that it receives the address without a port, and the scheme in lower case."""
    reported = False

    def call(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        nonlocal reported
        if not reported and environ["PATH_INFO"] not in DIRECT and (missing := _missing(environ, proxies)):
            reported = True
            log.warning(
                "a request has fewer than %d entries in %s: configure the proxies to add one each, or set "
                "APP_SERVER_TRUSTED_PROXIES to the number of proxies",
                proxies,
                " and ".join(missing),
            )
        environ["REMOTE_ADDR"] = _address(environ.get("REMOTE_ADDR", ""))  # each connection has another port
        environ["wsgi.url_scheme"] = environ["wsgi.url_scheme"].lower()
        return wsgi_app(environ, start_response)

    return call


def _missing(environ: dict[str, Any], proxies: int) -> list[str]:
    """Return the headers that have fewer entries than there are proxies."""
    sent = {name: environ.get(variable, "").split(",") for name, variable in HEADERS.items()}
    return [name for name, entries in sent.items() if sum(map(bool, entries)) < proxies]


def _address(entry: str) -> str:
    """Return the address of an ``X-Forwarded-For`` entry, to which some proxies add brackets or a port."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry
