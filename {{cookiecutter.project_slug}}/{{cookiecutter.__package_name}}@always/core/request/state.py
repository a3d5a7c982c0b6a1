"""The state of a request on its way through the pipeline.

The layers receive it as an argument: each access to a context-local such as ``flask.request`` takes a microsecond.
"""

from dataclasses import dataclass, field
from threading import Event
from typing import Any

from flask import Flask, Request, request

from .. import limits, services
from ..declare.declaration import Endpoint, Endpoints
from .caller import Caller

KEY = "service.state"  # the key of the state in the WSGI environment
closing = Event()  # set when this worker is about to end: responses close their connections, and streams end
stopping = Event()  # set when the server prepares to stop this worker


@dataclass(slots=True)
class RequestState:
    """A request, what is known about it so far, and headers of its response.

    ``endpoint`` is None if no view will be called: routing failed, or Flask itself answers OPTIONS. ``headers`` are
    sent as they are, so they must never contain client input.
    """

    app: Flask
    request: Request
    environ: dict[str, Any]
    endpoint: Endpoint | None
    limits: limits.RequestLimits
    caller: Caller | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)


def begin(app: Flask, request: Request) -> RequestState:
    """Return the state of a request that Flask has just routed, and store it in the WSGI environment."""
    rule, environ = request.url_rule, request.environ
    by_flask = request.method == "OPTIONS" and getattr(rule, "provide_automatic_options", False)
    endpoint = None if rule is None or by_flask else services.get(app, Endpoints)[rule.endpoint]
    counters = services.get(app, limits.Counters)
    begun = limits.begin(counters, environ, endpoint.limits.view if endpoint else None)
    state = environ[KEY] = RequestState(app, request, environ, endpoint, begun)
    return state


def current_state() -> RequestState:
    """Return the state of the current request."""
    state: RequestState = request.environ[KEY]
    return state
