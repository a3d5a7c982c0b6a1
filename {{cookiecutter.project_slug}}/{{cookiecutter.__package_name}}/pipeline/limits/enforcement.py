"""Where in the pipeline each budget is counted, and how a refusal comes about."""

import time
from typing import Never

from flask import Flask, Response, current_app, g, request
from flask_limiter import RateLimitExceeded
from limits import RateLimitItem, parse
from werkzeug.exceptions import NotFound

from ...monitoring import events
from ...problems import Problem
from ...settings import Settings, of
from . import headers, routes
from .counting import Count, Counters, network


def init_app(app: Flask) -> None:
    """Open the counters and read the rate of each budget from the settings."""
    settings = of(app, Settings)
    routes.init_app(app)
    app.extensions["counters"] = Counters(routes.limiter.storage, settings.limits_strategy, settings.secret_key)
    app.extensions["budgets"] = {
        "address": settings.limits_address,
        "caller": settings.limits_caller,
        "failed-authentications": settings.limits_failed_authentications,
        "unknown-paths": settings.limits_unknown_paths,
        "sign-ups": settings.limits_sign_ups,
    }
    app.after_request(_show)
    app.register_error_handler(RateLimitExceeded, _refuse_declared)


def by_address() -> None:
    """Count the request for its address, before anything is known of its caller."""
    view = current_app.view_functions.get(request.endpoint or "")
    if hasattr(view, "__unlimited__"):
        return
    who = network(request.remote_addr or "")
    _require("address", who)
    if isinstance(request.routing_exception, NotFound):
        _require("unknown-paths", who)
    elif budget := getattr(view, "__budget__", None):
        _require(budget, who)


def by_caller() -> None:
    """Count the request for its caller, at the rate that the credential brings or else the common one."""
    caller = g.get("caller")
    if caller is None:
        return
    if caller.rate:
        _require("caller", f"credential {caller.credential}", parse(caller.rate))
    else:
        _require("caller", caller.id)


def failed_authentication() -> None:
    """Count a failed authentication for the address; raises 429 when there were too many.

    Only failures are counted, so a valid credential is never refused for those of others.
    """
    _require("failed-authentications", network(request.remote_addr or ""))


def _require(budget: str, who: str, rate: RateLimitItem | None = None) -> None:
    counters: Counters = current_app.extensions["counters"]
    count = counters.hit(budget, rate or current_app.extensions["budgets"][budget], who)
    counts: list[Count] = g.setdefault("counts", [])
    counts.append(count)
    if not count.admitted:
        _refuse(budget, count.reset)


def _refuse(budget: str, reset: int) -> Never:
    events.record("excess_rate_limit_exceeded", f"the budget {budget} is used up")
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


def _show(response: Response) -> Response:
    counts: list[Count] = g.get("counts", [])
    if request.url_rule is not None and hasattr(
        current_app.view_functions[request.url_rule.endpoint], "__wrapper-limiter-instance"
    ):
        counts = counts + _declared()
    if counts:
        headers.add(response, counts)
    return response
