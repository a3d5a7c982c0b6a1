"""The service under test with a view that takes 50 ms, as one that waits for another service does."""

import time

from flask import Blueprint, Flask, Response

from tests.core import service
from tests.core.package import core

blueprint = Blueprint("slow", __name__)


@blueprint.get("/slow")
@core.declare.public
@core.declare.produces("text/plain")
def slow() -> Response:
    """Respond after 50 ms."""
    time.sleep(0.05)
    return Response("slow")


def create_app() -> Flask:
    """Return the application."""
    return service.create_app(import_name=__name__, blueprints=[blueprint])
