"""The entry point of the ``flask`` command, and ``wsgi:app`` for platforms that start a WSGI server of their own."""

from flask import Flask

from {{ cookiecutter.__package_name }} import create_app
from {{ cookiecutter.__package_name }}.core import telemetry

__all__ = ["create_app"]


def __getattr__(name: str) -> Flask:
    """Create ``app`` at its first use, so that commands which need no application do not create one."""
    if name != "app":
        raise AttributeError(name)
    app = telemetry.start(create_app())
    globals()["app"] = app
    return app
