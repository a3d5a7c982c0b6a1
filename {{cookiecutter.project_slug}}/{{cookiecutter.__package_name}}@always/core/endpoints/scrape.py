"""What a scrape sees: what the workers counted, and whether the parts of the service answer at this moment."""

import hmac
from collections.abc import Iterator

from flask import Flask
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from .. import services
from ..observability import metrics
from ..settings import Settings, get_settings
from .health import Readiness

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class _Scrape(Collector):
    def __init__(self, app: Flask) -> None:
        self._app = app

    def collect(self) -> Iterator[Metric]:
        yield from services.get(self._app, metrics.Metrics).collect()
        up = GaugeMetricFamily("dependency_up", "1 while a dependency of the service responds.", labels=["dependency"])
        with self._app.app_context():
            for dependency, state in services.get(self._app, Readiness)().items():
                up.add_metric([dependency], state == "ok")
        yield up


def text(app: Flask) -> bytes:
    """Return the metrics of the service in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Scrape(app))
    return generate_latest(registry)


def allowed(app: Flask, authorization: str | None) -> bool:
    """Tell whether an ``Authorization`` header holds the metrics token. Without such a token nobody may."""
    token = get_settings(app, Settings).metrics_token
    scheme, _, given = (authorization or "").partition(" ")
    matches = hmac.compare_digest(given.strip().encode("utf-8", "replace"), (token or "").encode())
    return bool(token) and scheme.lower() == "bearer" and matches
