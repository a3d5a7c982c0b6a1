"""Anomalies: their thresholds, and the monitor that counts towards them while the service runs."""

from flask import Flask

from .. import services
from ..limits import Counters, network
from ..observability.events import SecurityEvents
from ..observability.metrics import Metrics
from .catalogue import Anomalies
from .monitor import WATCHED, AnomalyMonitor


def init_app(app: Flask) -> None:
    """Count security events and 404 responses towards the thresholds of the anomalies."""
    metrics = services.get(app, Metrics)
    monitor = services.register(
        app, AnomalyMonitor(services.get(app, Counters).hit, network, metrics, services.get(app, Anomalies))
    )
    services.get(app, SecurityEvents).listeners.append(monitor.event)
    metrics.initialise(WATCHED)
