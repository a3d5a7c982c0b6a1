"""The rate limits of one request: the clients that it counts for, the results of its hits, and its headers."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Never

from flask import Response, request
from flask_limiter._limits import RuntimeLimit
from limits import RateLimitItem

from ..observability import events
from ..problems import Problem
from .counters import Counters, network
from .result import Hit, LimitResult, StorageUnavailable

KEY = "service.limits"  # the key of the limits in the WSGI environment


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

    __slots__ = ("_deferred", "address", "caller", "counters", "deductions", "results", "view")

    def __init__(self, counters: Counters, remote_address: str, view: str | None) -> None:
        self.counters = counters
        self.address = f"address {network(remote_address)}"
        self.caller: str | None = None
        self.view = view
        self.results: dict[str, LimitResult] = {}
        self._deferred: list[Hit] = []
        self.deductions: list[Deduction] = []

    def count(
        self, name: str, client: str, rate: RateLimitItem | None = None, cost: int = 1, *, strict: bool = False
    ) -> LimitResult:
        """Hit the deferred limits and this one, and store the results for the headers.

        Raises 429 if a deferred limit is exceeded, and ``StorageUnavailable``.
        """
        self._deferred.append(self.counters.prepare(name, client, rate, cost, strict=strict))
        return self._hit_deferred(own=True)

    def defer(self, name: str, client: str) -> None:
        """Hit a limit together with the next one, which saves a round trip to the storage."""
        self._deferred.append(self.counters.prepare(name, client))

    def settle(self) -> None:
        """Hit the deferred limits. Raises 429 if one is exceeded, and ``StorageUnavailable``."""
        if self._deferred:
            self._hit_deferred()

    def hit(self, name: str, client: str, rate: RateLimitItem | None = None, *, strict: bool = False) -> None:
        """Hit a limit. Raises 429 if it is exceeded, and ``StorageUnavailable``."""
        if not self.count(name, client, rate, strict=strict).admitted:
            self.reject()

    def _hit_deferred(self, *, own: bool = False) -> LimitResult:
        """Hit the deferred limits. Raises 429 if one is exceeded; with ``own``, the caller checks the last one."""
        hits, self._deferred = self._deferred, []
        results = self.counters.storage.hit_all(hits)
        for hit, result in zip(hits, results, strict=False):
            self.results[hit.name] = result
        if not result.admitted and not (own and len(results) == len(hits)):
            self.reject()
        return result

    def reject(self, detail: str | None = None) -> Never:
        """Raise 429 for the limit that was exceeded last."""
        name, result = next((name, result) for name, result in reversed(self.results.items()) if not result.admitted)
        shown = _quotable(name)
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
        return _headers(self.results) if self.results else []


def begin(counters: Counters, environ: dict[str, Any], view: str | None) -> RequestLimits:
    """Create the rate limits of a request."""
    limits = environ[KEY] = RequestLimits(counters, environ.get("REMOTE_ADDR", ""), view)
    return limits


def current() -> RequestLimits:
    """Return the rate limits of the current request."""
    limits: RequestLimits = request.environ[KEY]
    return limits


def count_failed_authentication() -> None:
    """Count a failed authentication for the address. Raises 429 after too many.

    Only failures count, so other clients' failures never make a valid credential fail.
    """
    limits = current()
    limits.hit("failed-authentications", limits.address, strict=True)


def _headers(results: Mapping[str, LimitResult]) -> list[tuple[str, str]]:
    """Return ``RateLimit-Policy`` with every limit that was hit, and ``RateLimit`` with the tightest.

    These are the headers of draft-ietf-httpapi-ratelimit-headers-10.
    """
    policies = [_policy(name, result.rate.amount, result.rate.get_expiry()) for name, result in results.items()]
    name, tightest = min(results.items(), key=lambda item: (item[1].admitted, item[1].remaining))
    return [
        ("RateLimit-Policy", ", ".join(policies)),
        ("RateLimit", f'"{_quotable(name)}";r={tightest.remaining};t={tightest.reset_after}'),
    ]


@lru_cache(maxsize=256)
def _quotable(name: str) -> str:
    """Return the name as the content of an RFC 9651 string; the scope of a limit can be any string."""
    return re.sub(r"[^ !#-\[\]-~]", "_", name)


@lru_cache(maxsize=256)
def _policy(name: str, amount: int, seconds: int) -> str:
    return f'"{_quotable(name)}";q={amount};w={seconds}'
