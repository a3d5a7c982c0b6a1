"""Anomalies: their rules and thresholds, detection in the log, and detection while the service runs.

The rules are public: the owner passes anomalies of their own to ``core.create_app(anomalies=...)``.
"""

from flask import Flask

from .. import services
from ..limits import Counters
from ..observability.events import SecurityEvents
from ..observability.metrics import Metrics
from .catalogue import CATALOGUE
from .monitor import AnomalyMonitor
from .rules import MONITORING_ROUTES, Anomalies, Anomaly, DistinctSourcesRule, LogLine, RatioRule, ThresholdRule

__all__ = [
    "CATALOGUE",
    "MONITORING_ROUTES",
    "Anomalies",
    "Anomaly",
    "AnomalyMonitor",
    "DistinctSourcesRule",
    "LogLine",
    "RatioRule",
    "ThresholdRule",
    "init_app",
]


def init_app(app: Flask) -> None:
    """Register the monitor of the anomalies of ``app``, which observes its security events."""
    monitor = AnomalyMonitor(services.get(app, Counters), services.get(app, Anomalies), services.get(app, Metrics))
    services.register(app, monitor)
    services.get(app, SecurityEvents).listeners.append(monitor.observe)
