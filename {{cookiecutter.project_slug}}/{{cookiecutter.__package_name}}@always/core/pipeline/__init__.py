"""Every stage that a request passes, outermost first.

The middleware runs once for every response, even if something inside it fails. The layers run in Flask; the first one
that returns a response or raises an error ends the request.
"""

from collections.abc import Callable, Mapping

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from .. import anomalies, problems, services
from .. import limits as rate_limits
from ..anomalies import AnomalyMonitor
from ..request import body, streams
from ..request.state import KEY, RequestState, begin
from . import authentication, authorization, cors, declarations, limits, negotiation, transport, validation
from .middleware import Middleware
from .trusted_proxies import trust_proxies

LAYERS: tuple[Callable[[RequestState], Response | None], ...] = (
    transport.require_https,
    cors.answer_preflight,
    limits.by_address,
    authentication.authenticate,
    authorization.authorize,
    limits.by_caller,
    negotiation.check_content_headers,
    validation.validate,
)


def init_app(app: Flask, problem_types: Mapping[str, problems.ProblemType]) -> None:
    """Make every request of ``app`` pass the middleware and the layers."""
    problems.init_app(app, problem_types)
    for package in (rate_limits, body, streams, anomalies):
        package.init_app(app)
    monitor = services.get(app, AnomalyMonitor)

    preprocess = app.preprocess_request

    def pass_layers() -> ResponseReturnValue | None:
        state = begin(app, request._get_current_object())  # type: ignore[attr-defined]
        try:
            for layer in LAYERS:
                if (response := layer(state)) is not None:
                    return response
        except HTTPException:
            state.limits.settle()  # a request that is rejected counts too
            raise
        return preprocess()

    # Flask itself would call the functions of ``url_value_preprocessor`` before those of ``before_request``.
    app.preprocess_request = pass_layers  # type: ignore[method-assign]

    @app.after_request
    def finish(response: Response) -> Response:
        state = request.environ.get(KEY) or begin(app, request._get_current_object())  # type: ignore[attr-defined]
        state.headers += state.limits.finish(response)
        cors.add_headers(state)
        if response.status_code >= 400:
            monitor.observe(
                {
                    "event": "request",
                    "address": request.remote_addr,
                    "route": state.endpoint and state.endpoint.route,
                    "caller": state.caller and state.caller.id,
                    "status": response.status_code,
                }
            )
        return response

    app.wsgi_app = trust_proxies(Middleware(app), app)  # type: ignore[assignment, method-assign]


def check(app: Flask) -> None:
    """Collect what the views declare, after all blueprints are registered. Raises ``ConfigurationError``."""
    declarations.collect(app)
    services.register(app, cors.CorsPolicy(app))
