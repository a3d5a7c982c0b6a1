"""``/healthz`` and ``/readyz``: is the process alive, and can it serve.

They answer to any host, and over plain HTTP with a bare status: what probes a container knows no name and no
certificate. ``/readyz`` keeps its answer for a second, so that probing costs nothing however often it happens.
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
from ..database import Database, Migrator
from ..declare import produces, public
from ..limits import Counters, limiter

KEPT = 1.0  # seconds
blueprint = Blueprint("health", __name__)


class Health(Schema):
    """Whether the process answers."""

    status = fields.String()


class Parts(Health):
    """Whether what the service needs answers, each part by its name."""

    parts = fields.Dict(fields.String(), fields.String())


class Readiness:
    """What the service needs, looked at once a second at most, and by one thread at a time."""

    def __init__(self, checks: Mapping[str, Callable[[], bool]]) -> None:
        self._checks = checks
        self._answer = dict.fromkeys(checks, "unavailable")
        self._looked = float("-inf")
        self._looking = Lock()

    def __call__(self) -> dict[str, str]:
        """Return ``ok`` or ``unavailable`` for each part; what was found last while another thread looks."""
        if time.monotonic() - self._looked >= KEPT and self._looking.acquire(blocking=False):
            try:
                self._answer = {name: "ok" if _holds(check) else "unavailable" for name, check in self._checks.items()}
                self._looked = time.monotonic()
            finally:
                self._looking.release()
        return self._answer


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        return False


def init_app(app: Flask) -> None:
    """Add the two probes."""
    database = services.get(app, Database)
    migrator = services.get(app, Migrator)
    counters = services.get(app, Counters)

    def database_answers() -> bool:
        with database.connect() as connection:
            return bool(connection.execute(text("SELECT 1")).scalar()) and migrator.ready(connection)

    services.register(
        app, Readiness({"database": database_answers, "limiter": counters.is_available, **backend.readiness(app)})
    )
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@public
@limiter.exempt
@produces("application/json", Health)
def healthz() -> Response:
    """Tell that the process answers."""
    return _answer(200, {"status": "ok"})


@blueprint.get("/readyz")
@public
@limiter.exempt
@produces("application/json", Parts, other_statuses=(503,))
def readyz() -> Response:
    """Tell whether the database and the limiter storage answer; 503 without the database or its newest tables."""
    parts: dict[str, str] = services.get(current_app, Readiness)()
    ready = parts["database"] == "ok"
    return _answer(200 if ready else 503, {"status": "ok" if ready else "unavailable", "parts": parts})


def _answer(status: int, told: dict[str, Any]) -> Response:
    # A bare status over plain HTTP: whoever listens on that wire learns nothing more.
    response = Response(orjson.dumps(told), mimetype="application/json") if request.is_secure else Response()
    response.status_code = status
    return response
