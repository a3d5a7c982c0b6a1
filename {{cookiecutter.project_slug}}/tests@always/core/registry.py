"""Access to the long-lived objects of an application under test."""

from typing import Any

from flask import Flask


def registered(app: Flask | None, class_name: str) -> Any:
    """Return the object that ``core.services`` registered for ``app``, by the name of its class.

    The name of the package differs from service to service, so tests cannot import its classes by name.
    """
    assert app is not None
    (found,) = (value for kind, value in app.extensions["core"].items() if kind.__name__ == class_name)
    return found
