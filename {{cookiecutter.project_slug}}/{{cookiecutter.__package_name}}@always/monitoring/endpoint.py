"""``GET /metrics``: for Prometheus, which brings the metrics token. Nothing else opens it."""

from flask import Blueprint, Flask, Response, current_app, request

from ..auth import guarded_by, guards
from ..contract import refuses, writes
from ..pipeline import limits
from ..pipeline.exchange import KEY
from ..problems import Problem
from . import events, scrape

GUARD = "metrics_token"
blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
@guarded_by(GUARD)
@writes(scrape.MEDIA_TYPE)
@refuses("unauthenticated")
def metrics() -> Response:
    """Tell what all workers counted, in the text format of Prometheus."""
    return Response(scrape.text(current_app), content_type=scrape.MEDIA_TYPE)


def _guard() -> None:
    given = request.headers.get("Authorization")
    if scrape.allowed(current_app, given):
        return
    events.record("authn_login_fail", "the metrics token is wrong" if given else "no metrics token was sent")
    challenge = 'Bearer realm="metrics"'
    if given:
        limits.failed_authentication(request.environ[KEY])
        challenge += ', error="invalid_token"'
    raise Problem("unauthenticated", "The metrics token is required.", headers=[("WWW-Authenticate", challenge)])


def init_app(app: Flask) -> None:
    """Add the endpoint and its guard."""
    guards.add(app, GUARD, _guard)
    app.register_blueprint(blueprint)
