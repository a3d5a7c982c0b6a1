"""Guards: functions that protect endpoints without a caller, such as ``/metrics``.

A guard is registered under a name, which a view passes to ``@guarded_by``.
"""

from collections.abc import Callable

from flask import Response
from flask.sansio.app import App

from .. import services

# Returns None to accept the request, otherwise the response that rejects it. It may also raise ``Problem``.
Guard = Callable[[], Response | None]


class Guards(dict[str, Guard]):
    """The guards of an application, by name."""


def add(app: App, name: str, guard: Guard) -> None:
    """Register a guard for the views of ``app``."""
    services.get(app, Guards)[name] = guard
