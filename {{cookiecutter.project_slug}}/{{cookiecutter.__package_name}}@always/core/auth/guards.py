"""Guards: functions that protect endpoints without a caller, such as ``/metrics``.

A guard is registered under a name, which a view passes to ``@guarded_by``.
"""

from collections.abc import Callable, Mapping

from flask import Response
from flask.sansio.app import App

from .. import services

# Returns None to accept the request, otherwise the response that rejects it. It may also raise ``Problem``.
Guard = Callable[[], Response | None]
# Returns the ids of the valid credential in a request and of its owner, as fields of a security event, or None.
FindExposed = Callable[[], Mapping[str, str] | None]


class Guards(dict[str, Guard]):
    """The guards of an application, by name."""

    def __init__(self, guards: Mapping[str, Guard]) -> None:
        super().__init__(guards)
        self.find_exposed: dict[str, FindExposed] = {}


def add(app: App, name: str, guard: Guard, find_exposed: FindExposed | None = None) -> None:
    """Register a guard for the views of ``app``; ``find_exposed`` is called for requests over plain HTTP instead."""
    guards = services.get(app, Guards)
    guards[name] = guard
    if find_exposed is not None:
        guards.find_exposed[name] = find_exposed
