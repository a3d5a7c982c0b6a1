"""How many proxies to believe, and which hosts are ours.

Only ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are read, and only as many entries of them as proxies are declared.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

from ..settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

PROBES = frozenset({"/healthz", "/readyz"})


def trust_proxies(app: "WSGIApplication", settings: Settings) -> "WSGIApplication":
    """Wrap ``app`` so that it sees the address and scheme that the declared proxies saw."""
    proxies = settings.server_trusted_proxies
    return ProxyFix(_without_ports(app), x_for=proxies, x_proto=proxies) if proxies else app


def _without_ports(app: "WSGIApplication") -> "WSGIApplication":
    """Wrap ``app`` so that it sees an address alone: a client with a port would be another one on each connection."""

    def call(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = _address(environ.get("REMOTE_ADDR", ""))
        return app(environ, start_response)

    return call


def _address(entry: str) -> str:
    """Return the address in an entry of ``X-Forwarded-For``; some proxies write brackets around it or a port behind."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry


class Hosts:
    """Tells the requests that are ours from the others."""

    def __init__(self, settings: Settings) -> None:
        self._ours = frozenset(settings.server_allowed_hosts)

    def refusal(self, environ: dict[str, Any]) -> tuple[str, str] | None:
        """Return the problem type and detail for a request that is not for us, else None.

        The probes answer to any host and over plain HTTP: what asks them knows neither name nor certificate.
        """
        if environ["PATH_INFO"] in PROBES:
            return None
        if environ["wsgi.url_scheme"] != "https":
            return "insecure-transport", "The service answers over HTTPS only."
        host = environ.get("HTTP_HOST", "")
        name, _, port = host.rpartition(":")
        if not port.isdigit() or not name:
            name = host
        if name.lower() not in self._ours:
            return "bad-request", "The Host header is missing or does not name this service."
        return None
