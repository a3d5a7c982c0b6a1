"""``/healthz`` and ``/readyz``: whether the process responds, and whether its dependencies are available.

A container platform knows neither the host name nor the certificate: both endpoints accept any Host, and plain HTTP
gets a bare status. The state of the dependencies is cached for a second, so that frequent checks cost nothing.
"""

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, current_app, request
from marshmallow import Schema, fields
from sqlalchemy import text

from .. import services
from ..auth import backend
from ..database import Branches, Database
from ..declare import produces, public
from ..limits import Counters, limiter
from ..request.state import stopping

CACHE_SECONDS = 1.0
blueprint = Blueprint("health", __name__)


class Health(Schema):
    """Whether the process responds."""

    status = fields.String()


class Readiness(Health):
    """Whether the service can serve requests, and the state of each dependency."""

    dependencies = fields.Dict(fields.String(), fields.String())


class Dependencies:
    """The dependencies of the service. They are checked at most once a second, by one thread at a time."""

    def __init__(self, checks: Mapping[str, Callable[[], bool]]) -> None:
        self._checks = checks
        self._states = dict.fromkeys(checks, "unavailable")
        self._checked_at = float("-inf")
        self._checking = Lock()

    def states(self) -> dict[str, str]:
        """Return ``ok`` or ``unavailable`` for each dependency: the last result while another thread checks."""
        if time.monotonic() - self._checked_at >= CACHE_SECONDS and self._checking.acquire(blocking=False):
            try:
                self._states = {name: _state(check) for name, check in self._checks.items()}
                self._checked_at = time.monotonic()
            finally:
                self._checking.release()
        return self._states


def _state(check: Callable[[], bool]) -> str:
    try:
        return "ok" if check() else "unavailable"
    except Exception:
        return "unavailable"


def init_app(app: Flask) -> None:
    """Register the endpoints and the dependencies of ``app``."""
    database, branches = services.get(app, Database), services.get(app, Branches)

    def is_database_available() -> bool:
        with database.connect() as connection:
            return bool(connection.execute(text("SELECT 1")).scalar()) and branches.ready(connection)

    checks = {"database": is_database_available, "limiter": services.get(app, Counters).storage.is_available}
    services.register(app, Dependencies({**checks, **backend.readiness(app)}))
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@public
@limiter.exempt
@produces("application/json", Health)
def healthz() -> Response:
    """Return 200 while the process responds."""
    return _response(200, {"status": "ok"})


@blueprint.get("/readyz")
@public
@limiter.exempt
@produces("application/json", Readiness, other_statuses=(503,))
def readyz() -> Response:
    """Return the state of each dependency; 503 if the database is unreachable or not migrated, or during a stop."""
    states = services.get(current_app, Dependencies).states()
    if stopping.is_set():
        return _response(503, {"status": "stopping", "dependencies": states})
    if states["database"] == "ok":
        return _response(200, {"status": "ok", "dependencies": states})
    return _response(503, {"status": "unavailable", "dependencies": states})


def _response(status: int, content: dict[str, Any]) -> Response:
    # Anyone on the network can read plain HTTP, so it gets the bare status.
    response = Response(orjson.dumps(content), mimetype="application/json") if request.is_secure else Response()
    response.status_code = status
    return response
