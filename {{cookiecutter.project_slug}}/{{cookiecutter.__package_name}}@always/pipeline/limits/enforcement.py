"""Where in the pipeline each budget is counted, and how a refusal comes about."""

from functools import lru_cache
from typing import Never

from flask import Flask, Response, request
from flask_limiter import RateLimitExceeded
from limits import RateLimitItem, parse
from werkzeug.exceptions import NotFound

from ...monitoring import events, metrics
from ...problems import Problem
from ...settings import Settings, StartRefused, of
from ..exchange import KEY, Exchange
from . import declared, headers
from .counting import Count, Counters, network
from .marks import ration_of
from .standing import StorageAway
from .storage import open_storage

_rate = lru_cache(maxsize=256)(parse)


def init_app(app: Flask) -> None:
    """Open the counters and read the rate of each budget from the settings."""
    settings = of(app, Settings)
    app.extensions["counters"] = Counters(
        open_storage(settings, lambda away: metrics.of(app).storage_away(away)), settings.secret_key
    )
    # Each setting limits_unknown_paths, whoever declares it, is the rate of a budget unknown-paths.
    app.extensions["budgets"] = {
        name.removeprefix("limits_").replace("_", "-"): value
        for name, value in app.extensions["settings"].all().items()
        if name.startswith("limits_") and isinstance(value, RateLimitItem)
    }
    declared.init_app(app)
    app.register_error_handler(RateLimitExceeded, _refuse_declared)
    app.register_error_handler(StorageAway, lambda _error: _away().get_response())


def check(app: Flask) -> None:
    """Raise ``StartRefused`` for a limit that would have no effect; to be called when every endpoint is known."""
    declared.check(app)
    for endpoint, view in app.view_functions.items():
        ration = ration_of(view)
        if ration and ration.budget not in app.extensions["budgets"]:
            raise StartRefused(f"The endpoint {endpoint} counts on {ration.budget!r}, which is no budget.")


def by_address(exchange: Exchange) -> None:
    """Count the request for its address, before anything is known of its caller."""
    endpoint = exchange.endpoint
    if endpoint is not None and endpoint.unlimited:
        return
    who = network(exchange.environ.get("REMOTE_ADDR", ""))
    spend(exchange, "address", who)
    if endpoint is not None and endpoint.ration and not endpoint.ration.in_view:
        spend(exchange, endpoint.ration.budget, who, strict=endpoint.ration.strict)
    elif isinstance(exchange.request.routing_exception, NotFound):
        spend(exchange, "unknown-paths", who)


def by_caller(exchange: Exchange) -> None:
    """Count the request for its caller, at the rate that the credential brings or else the common one."""
    caller = exchange.caller
    if caller is None:
        return
    if caller.rate:
        spend(exchange, "caller", f"credential {caller.rate.of}", _rate(caller.rate.rate))
    else:
        spend(exchange, "caller", f"caller {caller.id}")


def failed_authentication(exchange: Exchange) -> None:
    """Count a failed authentication for the address; raises 429 when there were too many.

    Only failures are counted, so a valid credential is never refused for those of others.
    """
    spend(exchange, "failed-authentications", network(exchange.environ.get("REMOTE_ADDR", "")), strict=True)


def spend(
    exchange: Exchange, budget: str, who: str, rate: RateLimitItem | None = None, *, strict: bool = False
) -> None:
    """Count a request on a budget of ``who``, at the rate of the settings unless one is given.

    Raises 429 when the budget is used up, and 503 when the counters are away and the settings say to refuse then.
    """
    extensions = exchange.app.extensions
    counters: Counters = extensions["counters"]
    try:
        count = counters.hit(budget, rate or extensions["budgets"][budget], who, strict=strict)
    except StorageAway:
        raise _away() from None
    exchange.counts[budget] = count
    if not count.admitted:
        _refuse(count, budget)


def show(exchange: Exchange, response: Response) -> None:
    """Let the answer tell where the budgets stand that were counted."""
    if exchange.declared:
        declared.deduct(response)
    if exchange.counts:
        exchange.headers += headers.of(exchange.counts.values())


def _refuse(count: Count, group: str, detail: str | None = None) -> Never:
    """Refuse; ``group`` is what the metrics know the budget by, since the scope of a declared limit may be any text."""
    budget = headers.policy_name(count.budget)
    events.record("excess_rate_limit_exceeded", f"the budget {budget} is used up", budget=group)
    raise Problem(
        "rate-limited",
        detail or f"The budget {budget!r} is used up.",
        headers=[("Retry-After", str(max(1, count.reset)))],
        **{"violated-policies": [budget]},
    )


def _refuse_declared(error: RateLimitExceeded) -> Response:
    if isinstance(error.response, Response):
        return error.response
    exchange: Exchange = request.environ[KEY]
    count = next(count for count in exchange.counts.values() if not count.admitted)
    try:
        _refuse(count, "declared", error.description if error.limit and error.limit.error_message else None)
    except Problem as problem:
        return problem.get_response()


def _away() -> Problem:
    return Problem("unavailable", "Requests cannot be counted at the moment.", headers=[("Retry-After", "2")])
