"""The client's address and scheme as the trusted proxies report them.

Only ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are read, and of each only as many entries as there are trusted
proxies; a warning reports the first request with fewer. With ``ProxyFix`` of Werkzeug, which parses quoted strings, a
client could hide the entries of the proxies behind a quote.
"""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

from ..settings import Settings, get_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

HEADERS = {  # with the variables that their entries replace
    "X-Forwarded-For": ("HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"),
    "X-Forwarded-Proto": ("HTTP_X_FORWARDED_PROTO", "wsgi.url_scheme"),
}
DIRECT = {"/healthz", "/readyz", "/metrics"}  # paths that monitoring calls without the proxies
log = logging.getLogger(__name__)


def trust_proxies(wsgi_app: "WSGIApplication", app: Flask) -> "WSGIApplication":
    """Wrap the WSGI application of ``app`` so that it receives the client's address and scheme, not the proxy's."""
    proxies = get_settings(app, Settings).server_trusted_proxies
    reported = False

    def call(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        nonlocal reported
        missing = []
        for name, (header, variable) in HEADERS.items():
            entries = [entry for part in environ.get(header, "").split(",") if (entry := part.strip())]
            if len(entries) < proxies:
                missing.append(name)
            else:
                environ[variable] = entries[-proxies]
        if missing and not reported and environ["PATH_INFO"] not in DIRECT:
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

    return call if proxies else wsgi_app


def _address(entry: str) -> str:
    """Return the address of an ``X-Forwarded-For`` entry, to which some proxies add brackets or a port."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry
