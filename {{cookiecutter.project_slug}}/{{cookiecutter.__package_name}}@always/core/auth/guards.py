"""Guards: named functions that protect endpoints which no caller authenticates for, such as the metrics.

A package registers its guard with ``add``; a view names the guard with ``@guarded_by``.
"""

from collections.abc import Callable

from flask import Response, current_app
from flask.sansio.app import App

from .. import services

# Returns None to accept the request, or the response that rejects it. It may raise ``Problem`` as well.
Guard = Callable[[], Response | None]


class Guards(dict[str, Guard]):
    """The guards of an application, by name."""


def add(app: App, name: str, guard: Guard) -> None:
    """Register a guard under a name for the views of ``app``."""
    services.get(app, Guards)[name] = guard


def names(app: App) -> set[str]:
    """Return the names of all registered guards."""
    return set(services.get(app, Guards))


def check(name: str) -> Response | None:
    """Call the guard for the current request; return None or the response that rejects the request."""
    return services.get(current_app, Guards)[name]()
