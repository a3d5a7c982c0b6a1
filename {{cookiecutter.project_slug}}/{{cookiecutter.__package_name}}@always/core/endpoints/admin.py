"""``/api/v1/admin``: statistics for administrators."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Flask, current_app
from marshmallow import Schema, fields
from sqlalchemy import Connection

from .. import services
from ..auth import backend
from ..database import connect
from ..declare import requires, response
from ..observability.metrics import Metrics

Counts = Mapping[str, Callable[[Connection], int]]


def init_app(app: Flask, counts: Counts) -> None:
    """Register ``GET /api/v1/admin/stats``, which returns the ``counts`` of the service next to core's."""
    counts = {**backend.COUNTS, **counts}
    blueprint = Blueprint("admin", __name__, url_prefix="/api/v1/admin")
    stats_schema = Schema.from_dict({name: fields.Integer() for name in (*counts, "rejected_requests")}, name="Stats")

    @blueprint.get("/stats")
    @requires("admin")
    @response(stats_schema)
    def stats() -> dict[str, int]:
        """Return how many objects the service stores, and how many requests it has rejected since it started."""
        with connect() as connection:
            counted = {name: count(connection) for name, count in counts.items()}
        return {**counted, "rejected_requests": services.get(current_app, Metrics).rejected_requests()}

    app.register_blueprint(blueprint)
