"""``/api/v1/admin``: figures of the service, for administrators."""

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
    """Add ``GET /api/v1/admin/stats``, which also returns each of the service's own ``counts``."""
    counted = {**backend.COUNTS, **counts}
    blueprint = Blueprint("admin", __name__, url_prefix="/api/v1/admin")
    stats_schema = Schema.from_dict({name: fields.Integer() for name in (*counted, "refused_requests")}, name="Stats")

    @blueprint.get("/stats")
    @requires("admin")
    @response(stats_schema)
    def stats() -> dict[str, int]:
        """Count what the service stores, and the requests that it rejected since it started."""
        with connect() as connection:
            figures = {name: count(connection) for name, count in counted.items()}
        return {**figures, "refused_requests": services.get(current_app, Metrics).rejected_requests()}

    app.register_blueprint(blueprint)
