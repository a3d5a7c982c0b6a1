"""The endpoints of core."""

from flask import Flask

from . import admin, health, me, metrics, problem_types, security_txt
from .admin import Counts

__all__ = ["Counts", "init_app"]


def init_app(app: Flask, counts: Counts) -> None:
    """Register the endpoints; ``counts`` are those of the service for ``/api/v1/admin/stats``."""
    health.init_app(app)
    metrics.init_app(app)
    admin.init_app(app, counts)
    for module in (me, problem_types, security_txt):
        app.register_blueprint(module.blueprint)
