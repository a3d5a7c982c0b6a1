"""Which requests are meant for this service: over HTTPS, to one of the allowed hosts."""

from typing import Any

from ..settings import Settings

PROBES = frozenset({"/healthz", "/readyz"})


class AllowedHosts:
    """The host names of the setting ``server_allowed_hosts``."""

    def __init__(self, settings: Settings) -> None:
        self._names = frozenset(settings.server_allowed_hosts)

    def problem(self, environ: dict[str, Any]) -> tuple[str, str] | None:
        """Return the problem type and detail for a request over plain HTTP or to another host, otherwise None.

        The probes accept any host and plain HTTP: a container platform knows neither the name nor the certificate.
        """
        if environ["PATH_INFO"] in PROBES:
            return None
        if environ["wsgi.url_scheme"] != "https":
            return "insecure-transport", "The service accepts HTTPS only."
        host = environ.get("HTTP_HOST", "")
        name, _, port = host.rpartition(":")
        if not port.isdigit() or not name:
            name = host
        if name.lower() not in self._names:
            return "bad-request", "The Host header is missing or is not an allowed host."
        return None
