"""The entry point of the ``flask`` command, and ``wsgi:app`` for platforms that start a WSGI server of their own."""

import sys

from flask import Flask
from flask.cli import NoAppException

from {{ cookiecutter.__package_name }} import create_app
from {{ cookiecutter.__package_name }}.core import ConfigurationError, telemetry

__all__ = ["create_app"]


def __getattr__(name: str) -> Flask:
    """Create ``app`` at its first use, so that commands which need no application do not create one."""
    if name != "app":
        raise AttributeError(name)
    try:
        app = telemetry.start(create_app())
    except ConfigurationError as error:
        if sys.argv[1:] in ([], ["--help"]):  # before its help, `flask` prints any other exception with a traceback
            raise NoAppException(f"{error.message} The commands of the service are not listed.") from None
        raise
    globals()["app"] = app
    return app
