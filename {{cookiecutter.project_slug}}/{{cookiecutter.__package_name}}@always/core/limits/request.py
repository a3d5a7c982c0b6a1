"""The rate limits of one request: the clients that it counts for, and the results of its hits."""

from typing import NamedTuple, Never, cast

from flask import Response, g
from flask_limiter._limits import RuntimeLimit
from limits import RateLimitItem

from ..observability import events
from ..problems import Problem
from . import headers
from .counters import Counters, network
from .result import LimitResult, StorageUnavailable


class Deduction(NamedTuple):
    """A hit that depends on the response (``deduct_when``)."""

    limit: RuntimeLimit
    name: str
    client: str
    cost: int


class RequestLimits:
    """The rate limits of one request.

    ``address`` and ``caller`` are the clients that it counts for, ``results`` the limits that it has hit, by name.
    ``view`` is the qualified name of the view, whose limits the pipeline checks.
    """

    __slots__ = ("address", "caller", "counters", "deductions", "results", "view")

    def __init__(self, counters: Counters, remote_address: str, view: str | None) -> None:
        self.counters = counters
        self.address = f"address {network(remote_address)}"
        self.caller: str | None = None
        self.view = view
        self.results: dict[str, LimitResult] = {}
        self.deductions: list[Deduction] = []

    def count(
        self, name: str, client: str, rate: RateLimitItem | None = None, cost: int = 1, *, strict: bool = False
    ) -> LimitResult:
        """Hit a limit and store the result for the headers. Raises ``StorageUnavailable``."""
        result = self.results[name] = self.counters.hit(name, client, rate, cost, strict=strict)
        return result

    def hit(self, name: str, client: str, rate: RateLimitItem | None = None, *, strict: bool = False) -> None:
        """Hit a limit. Raises 429 if it is exceeded, and ``StorageUnavailable``."""
        if not self.count(name, client, rate, strict=strict).admitted:
            self.reject()

    def reject(self, detail: str | None = None) -> Never:
        """Raise 429 for the limit that was exceeded last."""
        name, result = next((name, result) for name, result in reversed(self.results.items()) if not result.admitted)
        shown = headers.quotable(name)
        # The metrics have one label for all limits without a setting, since a scope can be any string.
        group = name if name in self.counters.rates else "route"
        events.record(events.EXCESS_RATE_LIMIT_EXCEEDED, f"the rate limit {shown} was exceeded", limit=group)
        raise Problem(
            "rate-limited",
            detail or f"Rate limit {shown!r} exceeded.",
            headers=[("Retry-After", str(max(1, result.reset_after)))],
            **{"violated-policies": [shown]},
        )

    def finish(self, response: Response) -> list[tuple[str, str]]:
        """Count the hits that depend on the response, and return the rate limit headers."""
        for limit, name, client, cost in self.deductions:
            if limit.deduct_when and limit.deduct_when(response):
                try:
                    self.count(name, client, limit.limit, cost, strict=True)
                except StorageUnavailable:
                    break  # the request was admitted
        return headers.build(self.results) if self.results else []


def begin(counters: Counters, remote_address: str, view: str | None) -> RequestLimits:
    """Create the rate limits of the current request."""
    limits = g.rate_limits = RequestLimits(counters, remote_address, view)
    return limits


def current() -> RequestLimits:
    """Return the rate limits of the current request."""
    return cast(RequestLimits, g.rate_limits)


def count_failed_authentication() -> None:
    """Count a failed authentication for the address. Raises 429 after too many.

    Only failures count, so other clients' failures never make a valid credential fail.
    """
    limits = current()
    limits.hit("failed-authentications", limits.address, strict=True)
