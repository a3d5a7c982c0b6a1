"""The service: ``create_app`` passes its own parts to ``core``, the part that comes from the template."""

import os
from collections.abc import Mapping

from flask import Flask

from . import core, items
from .scopes import SCOPES, SIGN_UP_SCOPES
from .settings import ServiceSettings


def create_app(environ: Mapping[str, str] = os.environ) -> Flask:
    """Return the application that ``settings.toml``, ``.env`` and ``environ`` configure.

    Raises ``ConfigurationError`` if a setting is invalid or not allowed in production, or if an endpoint has no access
    rule.
    """
    return core.create_app(
        __name__,
        environ=environ,
        scopes=SCOPES,
        sign_up_scopes=SIGN_UP_SCOPES,
        settings=[ServiceSettings],
        blueprints=[items.blueprint],
        commands=[],
        metrics=[],
        anomalies={},
        checks=[],
        counts={"items": items.count},
        on_user_deleted=[items.delete_of_owner],
    )
