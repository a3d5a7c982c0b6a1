"""The result of a hit, and the interface of the storages that count hits."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import NamedTuple, Protocol

from limits import RateLimitItem, RateLimitItemPerMinute

PROBE = RateLimitItemPerMinute(1_000_000)  # with which a storage shows that it counts
Notify = Callable[[bool], None]  # called with True when the storage becomes unavailable, with False when it is back


class Hit(NamedTuple):
    """A hit under an ASCII key of fixed length, on the limit ``name``.

    A ``cost`` of 0 only reads. A ``strict`` limit holds for all workers together even while each of them counts alone.
    """

    key: str
    rate: RateLimitItem
    cost: int = 1
    strict: bool = False
    name: str = ""


class LimitResult(NamedTuple):
    """The state of one rate limit of one client after a hit; more requests are admitted in ``reset`` seconds."""

    rate: RateLimitItem
    admitted: bool
    remaining: int
    reset: float

    @property
    def reset_after(self) -> int:
        """Whole seconds until the reset, for a header."""
        # Round to milliseconds first: floating point makes 60.00000000000001 of a minute.
        return ceil(round(self.reset, 3))


class Storage(Protocol):
    """Counts hits.

    ``rejects`` is True if an unavailable storage rejects requests, ``shared`` while all workers count together.
    """

    rejects: bool
    shared: bool

    def hit(self, hit: Hit) -> LimitResult:
        """Add the cost if the rate admits it, atomically."""

    def hit_all(self, hits: Sequence[Hit]) -> list[LimitResult]:
        """Make the hits in turn until one is rejected, and return their results; that of a rejected hit is the last."""
        results: list[LimitResult] = []
        for hit in hits:
            results.append(self.hit(hit))
            if not results[-1].admitted:
                break
        return results

    def clear(self, key: str, rate: RateLimitItem) -> None:
        """Delete the hits under the key."""

    def is_available(self) -> bool:
        """Return whether the storage counts."""

    def check(self) -> None:
        """Count and delete as for requests, on every server. Raises the error of the client, also if it is unusual."""


class StorageUnavailable(Exception):
    """The storage does not respond, and requests are rejected until it does (``Storage.rejects``)."""


def sliding(rate: RateLimitItem, cost: int, current: int, previous: int, left: float, *, admitted: bool) -> LimitResult:
    """Return the result of a hit on a sliding window.

    The hits of the ``current`` window count in full, those of the ``previous`` one in proportion to ``left`` (seconds).
    """
    amount, window = rate.amount, rate.get_expiry()
    used = current + int(previous * left / window)
    # More requests are admitted once at most this many hits count.
    target = used - 1 if admitted else amount - cost
    if target < 0:
        reset = 0.0 if admitted else float(window)
    elif previous and target >= current:
        reset = left - (target - current + 1) * window / previous
    elif current:
        reset = left + max(0.0, window - (target + 1) * window / current)
    else:
        reset = left
    return LimitResult(rate, admitted, max(0, amount - used), max(0.0, reset))
