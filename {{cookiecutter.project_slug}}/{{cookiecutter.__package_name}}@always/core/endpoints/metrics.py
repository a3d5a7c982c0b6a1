"""``GET /metrics``: for Prometheus, which brings the metrics token. Nothing else opens it."""

from contextlib import suppress

from flask import Blueprint, Flask, Response, current_app, request

from .. import certificate, limits, services
from ..auth import guards
from ..declare import errors, guarded_by, produces
from ..observability import events
from ..observability.metrics import Metrics
from ..problems import Problem
from ..settings import ActiveSettings, Settings
from . import scrape

GUARD = "metrics_token"
blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
@guarded_by(GUARD)
@produces(scrape.MEDIA_TYPE, documented=False)
@errors("unauthenticated")
def metrics() -> Response:
    """Tell what all workers counted, in the text format of Prometheus."""
    return Response(scrape.text(current_app), content_type=scrape.MEDIA_TYPE)


def _guard() -> None:
    given = request.headers.get("Authorization")
    if scrape.allowed(current_app, given):
        return
    events.record(events.AUTHN_LOGIN_FAIL, "the metrics token is wrong" if given else "no metrics token was sent")
    challenge = 'Bearer realm="metrics"'
    if given:
        limits.count_failed_authentication()
        challenge += ', error="invalid_token"'
    raise Problem("unauthenticated", "The metrics token is required.", headers=[("WWW-Authenticate", challenge)])


def init_app(app: Flask) -> None:
    """Add the endpoint and its guard."""
    guards.add(app, GUARD, _guard)
    app.register_blueprint(blueprint)
    active_settings = services.get(app, ActiveSettings)
    settings, root = active_settings[Settings], active_settings.root
    if settings.server_tls:
        # A worker keeps the certificate that it read when it started, whatever is on the disk later.
        with suppress(OSError):
            chain, key = root / settings.server_certificate, root / settings.server_certificate_key
            services.get(app, Metrics).set_certificate_expiry(certificate.ends(chain, key, None))
