"""How many proxies to believe, and which hosts are ours.

Only ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are read, and only as many entries of them as proxies are declared.
"""

from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

from ..settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PROBES = frozenset({"/healthz", "/readyz"})


def believe(app: "WSGIApplication", settings: Settings) -> "WSGIApplication":
    """Wrap ``app`` so that it sees the address and scheme that the declared proxies saw."""
    proxies = settings.server_proxies
    return ProxyFix(app, x_for=proxies, x_proto=proxies) if proxies else app


class Hosts:
    """Tells the requests that are ours from the others."""

    def __init__(self, settings: Settings) -> None:
        self._ours = frozenset(settings.server_hosts)

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
            return "malformed", "The Host header is missing or does not name this service."
        return None
