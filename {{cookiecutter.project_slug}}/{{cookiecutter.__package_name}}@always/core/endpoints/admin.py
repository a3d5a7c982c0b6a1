"""``/api/v1/me`` and ``/api/v1/admin``: what a caller can learn of itself, and an administrator of the service."""

from typing import Any

from flask import Blueprint, current_app
from marshmallow import Schema, fields

from ...items import queries as items
from .. import services
from ..auth import backend
from ..database import connect
from ..declare import authenticated, requires, response
from ..observability import metrics
from ..request import current_caller

blueprint = Blueprint("callers", __name__, url_prefix="/api/v1")


class Me(Schema):
    """The caller of the request."""

    id = fields.String()
    scopes = fields.List(fields.String())
    credential = fields.String()
    expires_at = fields.AwareDateTime()


class Stats(Schema):
    """The figures of the service."""

    callers = fields.Integer()
    items = fields.Integer()
    refused_requests = fields.Integer()


@blueprint.get("/me")
@authenticated
@response(Me)
def me() -> dict[str, Any]:
    """Tell who you are and what your credential allows."""
    caller = current_caller()
    return {
        "id": caller.id,
        "scopes": sorted(caller.scopes),
        "credential": caller.credential,
        "expires_at": caller.expires_at,
    }


@blueprint.get("/admin/stats")
@requires("admin")
@response(Stats)
def stats() -> dict[str, int]:
    """Count callers and items, and the requests that were refused since the service started."""
    with connect() as connection:
        return {
            "callers": backend.count_callers(connection),
            "items": items.count(connection),
            "refused_requests": services.get(current_app, metrics.Metrics).refused(),
        }
