"""The service: ``create_app`` passes its own parts to ``core``."""

import os
from collections.abc import Mapping

from flask import Flask

from . import core, items


def create_app(environ: Mapping[str, str] = os.environ) -> Flask:
    """Return the application that the settings describe.

    Raises ``ConfigurationError``: a setting is invalid, weak or not fit for production, or an endpoint has no access
    rule.
    """
    return core.create_app(__name__, environ=environ, blueprints=[items.blueprint])
