"""The allowed hosts: a request to any other host is rejected."""

from collections.abc import Set
from typing import Any

HEALTH_CHECKS = frozenset({"/healthz", "/readyz"})


def find_problem(environ: dict[str, Any], allowed: Set[str]) -> tuple[str, str] | None:
    """Return the problem type and detail for a request to a host that is not allowed, otherwise None.

    The health checks accept any host, because a container platform does not know the name.
    """
    if environ["PATH_INFO"] in HEALTH_CHECKS:
        return None
    host = environ.get("HTTP_HOST", "")
    name, _, port = host.rpartition(":")
    if not port.isdigit() or not name:
        name = host
    if name.lower() not in allowed:
        return "bad-request", "The Host header is missing or is not an allowed host."
    return None
