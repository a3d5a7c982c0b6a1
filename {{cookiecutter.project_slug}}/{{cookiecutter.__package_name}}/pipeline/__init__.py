"""What every request passes through, outermost first.

The WSGI ring acts once for every answer, whatever fails inside it. The Flask ring is a row of layers; the first that
returns or raises an answer ends the row.
"""

from collections.abc import Callable

from flask import Flask, Response

from .. import contract, problems
from ..settings import Settings, of
from . import access, cors, limits, wire
from .proxy import believe
from .ring import Ring

LAYERS: tuple[Callable[[], Response | None], ...] = (
    cors.preflight,
    limits.by_address,
    access.identified,
    access.allowed,
    limits.by_caller,
    wire.well_formed,
    contract.enforce,
)


def init_app(app: Flask) -> None:
    """Lead every request of ``app`` through the layers."""
    settings = of(app, Settings)
    for part in (problems, cors, limits, wire):
        part.init_app(app)
    for layer in LAYERS:
        app.before_request(layer)
    app.wsgi_app = believe(Ring(app.wsgi_app, settings), settings)  # type: ignore[assignment, method-assign]
