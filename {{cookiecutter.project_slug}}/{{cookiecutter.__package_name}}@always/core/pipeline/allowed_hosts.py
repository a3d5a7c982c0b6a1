"""The allowed hosts: a request to any other host is rejected."""

from typing import Any

from ..settings import Settings

HEALTH_CHECKS = frozenset({"/healthz", "/readyz"})


class AllowedHosts:
    """The host names of the setting ``server_allowed_hosts``."""

    def __init__(self, settings: Settings) -> None:
        self._names = frozenset(settings.server_allowed_hosts)

    def problem(self, environ: dict[str, Any]) -> tuple[str, str] | None:
        """Return the problem type and detail for a request to another host, otherwise None.

        The health checks accept any host, because a container platform does not know the name.
        """
        if environ["PATH_INFO"] in HEALTH_CHECKS:
            return None
        host = environ.get("HTTP_HOST", "")
        name, _, port = host.rpartition(":")
        if not port.isdigit() or not name:
            name = host
        if name.lower() not in self._names:
            return "bad-request", "The Host header is missing or is not an allowed host."
        return None
