"""What the service reports about itself: the log, security events and metrics."""

from flask import Flask

from .. import services
from . import events, log, metrics, redaction, terminal

__all__ = ["events", "init_app", "log", "metrics", "redaction", "terminal"]


def init_app(app: Flask) -> None:
    """Create the metrics of ``app`` and its list of listeners to security events."""
    services.register(app, metrics.Metrics())
    services.register(app, events.Listeners())
