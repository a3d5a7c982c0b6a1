"""What the service reports about itself: the log, security events and metrics."""

from collections.abc import Iterable

from flask import Flask

from .. import services
from . import events, log, metrics, redaction, terminal

__all__ = ["events", "init_app", "log", "metrics", "redaction", "terminal"]


def init_app(
    app: Flask, security_events: Iterable[events.SecurityEvent], own_metrics: Iterable[metrics.OwnMetrics]
) -> None:
    """Register the security events and metrics of ``app``: those of core and these."""
    registered = services.register(app, events.SecurityEvents((*events.SECURITY_EVENTS, *security_events)))
    core = services.register(app, metrics.Metrics(registered))
    for own in own_metrics:
        services.register(app, own(core.registry))
