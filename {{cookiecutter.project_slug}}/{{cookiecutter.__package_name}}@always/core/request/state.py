"""The state of one request on its way through the pipeline.

The layers receive it as an argument: each access to a context-local such as ``flask.request`` costs a microsecond, and
a dozen layers need it.
"""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Request, request

from ..declare.endpoint import Endpoint
from ..limits import RequestLimits
from .caller import Caller

KEY = "service.state"  # the name of the state in the WSGI environment


@dataclass(slots=True)
class RequestState:
    """A request, what is known about it so far, and headers of its response.

    ``endpoint`` is None where no view will be called: routing failed, or Flask answers OPTIONS by itself.
    ``headers`` are sent as they are, so they must never contain client input.
    """

    app: Flask
    request: Request
    environ: dict[str, Any]
    endpoint: Endpoint | None
    limits: RequestLimits
    caller: Caller | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)


def current_state() -> RequestState:
    """Return the state of the current request."""
    state: RequestState = request.environ[KEY]
    return state
