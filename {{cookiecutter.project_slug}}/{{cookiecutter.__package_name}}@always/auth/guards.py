"""What opens an endpoint that is not for callers: the token of the metrics, and the like.

A part of the service adds its guard to the application; a view names it with ``@guarded_by``.
"""

from collections.abc import Callable

from flask import Flask, Response, current_app
from flask.sansio.app import App

# Returns None to let the request pass, or the answer that stops it; it may raise a ``Problem`` too.
Guard = Callable[[], Response | None]


def add(app: App, name: str, guard: Guard) -> None:
    """Let views of ``app`` be guarded by ``guard`` under this name."""
    app.extensions.setdefault("guards", {})[name] = guard


def names(app: Flask) -> set[str]:
    """Return the names under which guards were added."""
    return set(app.extensions.get("guards", ()))


def ask(name: str) -> Response | None:
    """Ask a guard about the request at hand."""
    guards: dict[str, Guard] = current_app.extensions["guards"]
    return guards[name]()
