"""What every request passes through, outermost first.

The WSGI ring acts once for every answer, whatever fails inside it. The Flask ring is a row of layers; the first that
returns or raises an answer ends the row.
"""

from collections.abc import Callable

from flask import Flask, Response, request

from .. import contract, monitoring, problems
from ..settings import Settings, of
from . import access, cors, exchange, limits, wire
from .exchange import Exchange
from .proxy import believe
from .ring import Ring

LAYERS: tuple[Callable[[Exchange], Response | None], ...] = (
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
    for part in (problems, cors, limits):
        part.init_app(app)
    contract.body.init_app(app, limits.network)
    monitoring.init_app(app, app.extensions["counters"].hit, limits.network)
    watch = app.extensions["watch"]

    # One function for all layers: Flask looks at each one it calls anew, to tell whether it is a coroutine.
    @app.before_request
    def pass_layers() -> Response | None:
        begun = exchange.begin(app, request._get_current_object())  # type: ignore[attr-defined]
        for layer in LAYERS:
            if (answer := layer(begun)) is not None:
                return answer
        return None

    @app.after_request
    def finish(response: Response) -> Response:
        done: Exchange = request.environ[exchange.KEY]
        limits.show(done, response)
        cors.allow(done)
        if response.status_code >= 400:
            contract.body.discard(done.request)
        if response.status_code == 404:
            watch.not_found(request.remote_addr, done.caller and done.caller.id)
        return response

    ring = Ring(app.wsgi_app, settings, app.extensions["metrics"], app.extensions["cors"])
    app.wsgi_app = believe(ring, settings)  # type: ignore[assignment, method-assign]


def check(app: Flask) -> None:
    """Collect what the endpoints declare, once all are known. Raises ``StartRefused`` for one without a mark."""
    exchange.init_app(app)
    limits.check(app)
