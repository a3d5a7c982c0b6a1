"""The layers that limit requests: by address before authentication, by caller after it."""

from functools import lru_cache

from limits import parse
from werkzeug.exceptions import NotFound

from ..limits import limiter
from ..request.state import RequestState

_rate = lru_cache(maxsize=256)(parse)


def by_address(state: RequestState) -> None:
    """Count the request for its address, before the caller is known.

    The hit for the address is deferred, so that it shares a round trip to the storage with the next one.
    """
    endpoint, limits = state.endpoint, state.limits
    if endpoint is None or not endpoint.limits.exempt:
        limits.defer("address", limits.address)
    if endpoint is not None and endpoint.limits.by_address:
        limiter.check(endpoint.limits.by_address, limits)
    if isinstance(state.request.routing_exception, NotFound):
        limits.hit("unknown-paths", limits.address)


def by_caller(state: RequestState) -> None:
    """Count the request for its caller and for the other limits of the view, before the body is validated."""
    endpoint, limits, caller = state.endpoint, state.limits, state.caller
    if endpoint is not None and caller is not None:
        limits.caller = f"caller {caller.id}"
        if caller.rate and not endpoint.limits.exempt:
            limits.hit("caller", f"credential {caller.rate.counted_as}", _rate(caller.rate.rate))
        elif not endpoint.limits.exempt:
            limits.hit("caller", limits.caller)
    if endpoint is not None and endpoint.limits.by_caller:
        limiter.check(endpoint.limits.by_caller, limits)
    limits.settle()
