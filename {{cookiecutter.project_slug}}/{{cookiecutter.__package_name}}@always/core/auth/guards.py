"""What opens an endpoint that is not for callers: the token of the metrics, and the like.

A part of the service adds its guard to the application; a view names it with ``@guarded_by``.
"""

from collections.abc import Callable

from flask import Response, current_app
from flask.sansio.app import App

from .. import services

# Returns None to let the request pass, or the answer that stops it; it may raise a ``Problem`` too.
Guard = Callable[[], Response | None]


class Guards(dict[str, Guard]):
    """The guards of an application, by name."""


def add(app: App, name: str, guard: Guard) -> None:
    """Register a guard, so that views of ``app`` can name it in ``@guarded_by``."""
    services.get(app, Guards)[name] = guard


def names(app: App) -> set[str]:
    """Return the names of the registered guards."""
    return set(services.get(app, Guards))


def check(name: str) -> Response | None:
    """Let a guard check the current request."""
    return services.get(current_app, Guards)[name]()
