"""``GET /metrics`` for Prometheus. It requires the metrics token; no other credential gives access."""

import hmac
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from .. import certificate, limits, services
from ..auth import guards
from ..declare import errors, guarded_by, produces
from ..observability import events
from ..observability.metrics import Metrics, is_locked
from ..problems import Problem
from ..settings import ActiveSettings, Settings, get_settings
from .health import Dependencies

GUARD = "metrics_token"
MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
CHALLENGE = 'Bearer realm="metrics"'
blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
@guarded_by(GUARD)
@produces(MEDIA_TYPE, documented=False)
@errors("unauthenticated")
def metrics() -> Response:
    """Return the metrics of all workers in Prometheus' text format."""
    return Response(scrape(current_app), content_type=MEDIA_TYPE)


def scrape(app: Flask, folder: Path | None = None) -> bytes:
    """Return the metrics of all workers and the state of each dependency in Prometheus' text format.

    ``folder`` has the files of the workers if this process is not one of them.
    """
    return generate_latest(_Scrape(app, folder))


def is_authorized(app: Flask, authorization: str | None) -> bool:
    """Return whether an ``Authorization`` header contains the metrics token; False if the settings have no token."""
    settings = get_settings(app, Settings)
    scheme, _, credential = (authorization or "").partition(" ")
    sent = credential.strip().encode("utf-8", "replace")
    tokens = filter(None, (settings.metrics_token, settings.metrics_token_previous))
    return scheme.lower() == "bearer" and any(hmac.compare_digest(sent, token.encode()) for token in tokens)


class _Scrape(Collector):
    def __init__(self, app: Flask, folder: Path | None) -> None:
        self._app, self._folder = app, folder

    def collect(self) -> Iterator[Metric]:
        yield from services.get(self._app, Metrics).collect(self._folder)
        up = GaugeMetricFamily("dependency_up", "1 while a dependency of the service responds.", labels=["dependency"])
        with self._app.app_context():
            for dependency, state in services.get(self._app, Dependencies).states().items():
                up.add_metric([dependency], state == "ok")
        yield up
        server = self._folder is None or is_locked(self._folder)
        yield GaugeMetricFamily("server_up", "1 while the server of the service runs.", value=server)


def _find_exposed() -> dict[str, str] | None:
    return {"credential": "metrics_token"} if is_authorized(current_app, request.headers.get("Authorization")) else None


def _guard() -> None:
    authorization = request.headers.get("Authorization")
    if is_authorized(current_app, authorization):
        return
    reason = "the metrics token is wrong" if authorization else "no metrics token was sent"
    events.record(events.AUTHN_LOGIN_FAIL, reason)
    challenge = CHALLENGE
    if authorization:
        limits.count_failed_authentication()
        challenge += ', error="invalid_token"'
    raise Problem("unauthenticated", "The metrics token is required.", headers=[("WWW-Authenticate", challenge)])


def init_app(app: Flask) -> None:
    """Register the endpoint, its guard and the validity of the certificate."""
    guards.add(app, GUARD, _guard, _find_exposed)
    app.register_blueprint(blueprint)
    active_settings = services.get(app, ActiveSettings)
    if active_settings[Settings].server_tls:
        # A worker serves the certificate that it read when it started, even if the file is replaced later.
        with suppress(OSError):
            start, end = certificate.validity(active_settings)
            gauge = services.get(app, Metrics).gauge
            gauge("certificate_expiry_timestamp_seconds", "When the certificate expires.").set(end.timestamp())
            gauge("certificate_lifetime_seconds", "Lifetime of the certificate.").set((end - start).total_seconds())
