"""The long-lived objects of one application: its database, limiter, metrics and so on, each found by its class.

A dataclass with a field for each would have to import the packages that define them, which import this module.
"""

from typing import TypeVar

from flask.sansio.app import App

T = TypeVar("T")
_KEY = "core"


def register(app: App, service: T) -> T:
    """Make ``service`` available as the instance of its class, and return it."""
    app.extensions.setdefault(_KEY, {})[type(service)] = service
    return service


def get(app: App, cls: type[T]) -> T:
    """Return the instance of ``cls`` that was registered for ``app``. Raises ``KeyError`` if there is none."""
    service: T = app.extensions[_KEY][cls]
    return service
