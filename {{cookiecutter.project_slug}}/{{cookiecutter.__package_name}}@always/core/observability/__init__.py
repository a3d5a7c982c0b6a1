"""What the service reports about itself: the log, security events and metrics."""

from collections.abc import Iterable

from flask import Flask

from .. import services
from . import events, log, metrics, redaction, terminal
from .counter import Counter

__all__ = ["events", "init_app", "log", "metrics", "redaction", "terminal"]


def init_app(app: Flask, security_events: Iterable[events.SecurityEvent], counters: Iterable[Counter]) -> None:
    """Create the metrics of ``app``, with these counters, and register its security events: core's and these."""
    registered = services.register(app, events.SecurityEvents((*events.SECURITY_EVENTS, *security_events)))
    own_metrics = services.register(app, metrics.Metrics(registered))
    for counter in counters:
        own_metrics.add(counter.name, counter.documentation, counter.labels)
