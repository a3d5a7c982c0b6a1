"""Where in the pipeline each budget is counted, and how a refusal comes about."""

import time
from typing import TYPE_CHECKING, Never

from flask import Flask, Response
from flask_limiter import RateLimitExceeded
from limits import RateLimitItem, parse
from werkzeug.exceptions import NotFound

from ...monitoring import events
from ...problems import Problem
from ...settings import Settings, of
from . import headers, routes
from .counting import Count, Counters, network

if TYPE_CHECKING:
    from ..exchange import Exchange


def init_app(app: Flask) -> None:
    """Open the counters and read the rate of each budget from the settings."""
    settings = of(app, Settings)
    routes.init_app(app)
    app.extensions["counters"] = Counters(routes.limiter.storage, settings.limits_strategy, settings.secret_key)
    # Each setting limits_unknown_paths, whoever declares it, is the rate of a budget unknown-paths.
    app.extensions["budgets"] = {
        name.removeprefix("limits_").replace("_", "-"): value
        for name, value in app.extensions["settings"].all().items()
        if name.startswith("limits_") and isinstance(value, RateLimitItem)
    }
    app.register_error_handler(RateLimitExceeded, _refuse_declared)


def by_address(exchange: "Exchange") -> None:
    """Count the request for its address, before anything is known of its caller."""
    endpoint = exchange.endpoint
    if endpoint is not None and endpoint.unlimited:
        return
    who = network(exchange.environ.get("REMOTE_ADDR", ""))
    _require(exchange, "address", who)
    if endpoint is not None and endpoint.budget:
        _require(exchange, endpoint.budget, who)
    elif isinstance(exchange.request.routing_exception, NotFound):
        _require(exchange, "unknown-paths", who)


def by_caller(exchange: "Exchange") -> None:
    """Count the request for its caller, at the rate that the credential brings or else the common one."""
    caller = exchange.caller
    if caller is None:
        return
    if caller.rate:
        _require(exchange, "caller", f"credential {caller.credential}", parse(caller.rate))
    else:
        _require(exchange, "caller", caller.id)


def failed_authentication(exchange: "Exchange") -> None:
    """Count a failed authentication for the address; raises 429 when there were too many.

    Only failures are counted, so a valid credential is never refused for those of others.
    """
    _require(exchange, "failed-authentications", network(exchange.environ.get("REMOTE_ADDR", "")))


def show(exchange: "Exchange") -> None:
    """Let the answer tell where the budgets stand that were counted."""
    counts = exchange.counts
    if exchange.endpoint is not None and exchange.endpoint.limited:
        counts = counts + _declared()
    if counts:
        exchange.headers += headers.of(counts)


def _require(exchange: "Exchange", budget: str, who: str, rate: RateLimitItem | None = None) -> None:
    extensions = exchange.app.extensions
    counters: Counters = extensions["counters"]
    count = counters.hit(budget, rate or extensions["budgets"][budget], who)
    exchange.counts.append(count)
    if not count.admitted:
        _refuse(budget, count.reset)


def _refuse(budget: str, reset: int) -> Never:
    events.record("excess_rate_limit_exceeded", f"the budget {budget} is used up", budget=budget)
    raise Problem(
        "rate-limited",
        f"The budget {budget!r} is used up.",
        headers=[("Retry-After", str(max(1, reset)))],
        policy=budget,
    )


def _refuse_declared(_error: RateLimitExceeded) -> Response:
    try:
        _refuse("route", max((limit.reset for limit in _declared()), default=1))
    except Problem as problem:
        return problem.get_response()


def _declared() -> list[Count]:
    """Return where the limits stand that the view declared."""
    now = time.time()
    return [
        Count("route", one.limit, not one.breached, one.remaining, max(0, int(one.reset_at - now + 0.999)))
        for one in routes.limiter.current_limits
    ]
