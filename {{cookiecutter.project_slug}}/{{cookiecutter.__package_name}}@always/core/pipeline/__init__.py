"""What every request passes through, outermost first.

The WSGI ring acts once for every answer, whatever fails inside it. The Flask ring is a row of layers; the first that
returns or raises an answer ends the row.
"""

from collections.abc import Callable

from flask import Flask, Response, request

from .. import anomalies, problems, services
from .. import limits as rate_limits
from ..anomalies.monitor import AnomalyMonitor
from ..observability.metrics import Metrics
from ..request.state import KEY, RequestState
from ..settings import Settings, get_settings
from . import access, body, cors, endpoints, limits, negotiation, validation
from .middleware import Middleware
from .trusted_proxies import trust_proxies

LAYERS: tuple[Callable[[RequestState], Response | None], ...] = (
    cors.preflight,
    limits.by_address,
    access.identified,
    access.allowed,
    limits.by_caller,
    negotiation.well_formed,
    validation.enforce,
)


def init_app(app: Flask) -> None:
    """Lead every request of ``app`` through the layers."""
    settings = get_settings(app, Settings)
    for part in (problems, cors, rate_limits, body, anomalies):
        part.init_app(app)
    monitor = services.get(app, AnomalyMonitor)

    # One function for all layers: Flask inspects each function before each call, to find out whether it is a coroutine.
    @app.before_request
    def pass_layers() -> Response | None:
        state = endpoints.begin(app, request._get_current_object())  # type: ignore[attr-defined]
        for layer in LAYERS:
            if (response := layer(state)) is not None:
                return response
        return None

    @app.after_request
    def finish(response: Response) -> Response:
        state: RequestState = request.environ[KEY]
        state.headers += state.limits.finish(response)
        cors.allow(state)
        if response.status_code >= 400:
            body.discard(state.request)
        if response.status_code == 404:
            monitor.not_found(request.remote_addr, state.caller.id if state.caller else None)
        return response

    middleware = Middleware(app.wsgi_app, settings, services.get(app, Metrics), services.get(app, cors.Origins))
    app.wsgi_app = trust_proxies(middleware, settings)  # type: ignore[assignment, method-assign]


def check(app: Flask) -> None:
    """Collect what the endpoints declare, once all are known.

    Raises ``ConfigurationError`` for an endpoint without an access rule or with an invalid rate limit.
    """
    endpoints.collect(app)
