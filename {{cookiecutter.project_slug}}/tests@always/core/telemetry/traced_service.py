"""An application with a view that fails and a view that streams."""

import logging
import os
from collections.abc import Iterator, Mapping

from flask import Blueprint, Flask, Response, request

from tests.core.package import OWN_SETTINGS, core
from tests.core.service import MIGRATIONS

blueprint = Blueprint("telemetry", __name__)


@blueprint.post("/defects/<number>")
@core.public
@core.declare.raw_query
@core.raw_body("text/plain")
def defect(number: str) -> str:
    """Fail with an exception whose message contains the request."""
    secret = request.headers["X-Credential"]
    try:
        raise LookupError(f"{secret} is not known")
    except LookupError as error:
        raise ValueError(f"{number}: {secret} {request.query_string!r} {request.data!r}") from error


@blueprint.get("/streams")
@core.public
@core.produces("text/event-stream")
def stream() -> Response:
    """Stream a body, and log while it is sent."""
    response: Response = core.event_stream(_lines())
    return response


def _lines() -> Iterator[str]:
    yield "data: 1\n\n"
    logging.getLogger("some.library").warning("a line of a stream")


def create_app(environ: Mapping[str, str] = os.environ) -> Flask:
    """Return an application with the two views."""
    app: Flask = core.create_app(
        __name__, environ=environ, settings=OWN_SETTINGS, blueprints=[blueprint], migrations=MIGRATIONS
    )
    return app
