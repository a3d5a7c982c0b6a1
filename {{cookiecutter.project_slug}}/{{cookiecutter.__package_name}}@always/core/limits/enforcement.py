"""Where in the pipeline each budget is counted, and how a refusal comes about."""

from functools import lru_cache
from typing import Never

from flask import Flask, Response, request
from flask_limiter import RateLimitExceeded
from limits import RateLimitItem, parse
from werkzeug.exceptions import NotFound

from .. import services
from ..observability import events, metrics
from ..problems import Problem
from ..request.state import KEY, RequestState
from ..settings import ActiveSettings, ConfigurationError, Settings, get_settings
from . import declared, headers
from .counting import Count, Counters, network
from .marks import ration_of
from .result import StorageAway
from .storage import open_storage

_rate = lru_cache(maxsize=256)(parse)


class Rates(dict[str, RateLimitItem]):
    """The rate of each limit in the settings, by the name of the limit."""


def init_app(app: Flask) -> None:
    """Open the counters and read the rate of each budget from the settings."""
    settings = get_settings(app, Settings)
    services.register(
        app,
        Counters(
            open_storage(
                settings, lambda away: services.get(app, metrics.Metrics).set_limiter_storage_unavailable(away)
            ),
            settings.secret_key,
        ),
    )
    # Each setting limits_unknown_paths, whoever declares it, is the rate of a budget unknown-paths.
    services.register(
        app,
        Rates(
            {
                name.removeprefix("limits_").replace("_", "-"): value
                for name, value in services.get(app, ActiveSettings).all().items()
                if name.startswith("limits_") and isinstance(value, RateLimitItem)
            }
        ),
    )
    declared.init_app(app)
    app.register_error_handler(RateLimitExceeded, _refuse_declared)
    app.register_error_handler(StorageAway, lambda _error: _away().get_response())


def check(app: Flask) -> None:
    """Raise ``StartRefused`` for a limit that would have no effect; to be called when every endpoint is known."""
    declared.check(app)
    for endpoint, view in app.view_functions.items():
        ration = ration_of(view)
        if ration and ration.budget not in services.get(app, Rates):
            raise ConfigurationError(f"The endpoint {endpoint} counts on {ration.budget!r}, which is no budget.")


def by_address(state: RequestState) -> None:
    """Count the request for its address, before anything is known of its caller."""
    endpoint = state.endpoint
    if endpoint is not None and endpoint.unlimited:
        return
    who = network(state.environ.get("REMOTE_ADDR", ""))
    spend(state, "address", who)
    if endpoint is not None and endpoint.ration and not endpoint.ration.in_view:
        spend(state, endpoint.ration.budget, who, strict=endpoint.ration.strict)
    elif isinstance(state.request.routing_exception, NotFound):
        spend(state, "unknown-paths", who)


def by_caller(state: RequestState) -> None:
    """Count the request for its caller, at the rate that the credential brings or else the common one."""
    caller = state.caller
    if caller is None:
        return
    if caller.rate:
        spend(state, "caller", f"credential {caller.rate.of}", _rate(caller.rate.rate))
    else:
        spend(state, "caller", f"caller {caller.id}")


def failed_authentication(state: RequestState) -> None:
    """Count a failed authentication for the address; raises 429 when there were too many.

    Only failures are counted, so a valid credential is never refused for those of others.
    """
    spend(state, "failed-authentications", network(state.environ.get("REMOTE_ADDR", "")), strict=True)


def spend(
    state: RequestState, budget: str, who: str, rate: RateLimitItem | None = None, *, strict: bool = False
) -> None:
    """Count a request on a budget of ``who``, at the rate of the settings unless one is given.

    Raises 429 when the budget is used up, and 503 when the counters are away and the settings say to refuse then.
    """
    counters, rates = services.get(state.app, Counters), services.get(state.app, Rates)
    try:
        count = counters.hit(budget, rate or rates[budget], who, strict=strict)
    except StorageAway:
        raise _away() from None
    state.counts[budget] = count
    if not count.admitted:
        _refuse(count, budget)


def show(state: RequestState, response: Response) -> None:
    """Let the answer tell where the budgets stand that were counted."""
    if state.declared:
        declared.deduct(response)
    if state.counts:
        state.headers += headers.of(state.counts.values())


def _refuse(count: Count, group: str, detail: str | None = None) -> Never:
    """Refuse; ``group`` is what the metrics know the budget by, since the scope of a declared limit may be any text."""
    budget = headers.policy_name(count.budget)
    events.record(events.EXCESS_RATE_LIMIT_EXCEEDED, f"the budget {budget} is used up", limit=group)
    raise Problem(
        "rate-limited",
        detail or f"The budget {budget!r} is used up.",
        headers=[("Retry-After", str(max(1, count.reset)))],
        **{"violated-policies": [budget]},
    )


def _refuse_declared(error: RateLimitExceeded) -> Response:
    if isinstance(error.response, Response):
        return error.response
    state: RequestState = request.environ[KEY]
    count = next(count for count in state.counts.values() if not count.admitted)
    try:
        _refuse(count, "declared", error.description if error.limit and error.limit.error_message else None)
    except Problem as problem:
        return problem.get_response()


def _away() -> Problem:
    return Problem("unavailable", "Requests cannot be counted at the moment.", headers=[("Retry-After", "2")])
