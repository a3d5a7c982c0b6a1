"""Where a budget stands for one caller, and what keeps count of it."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from limits import RateLimitItem


class Standing(NamedTuple):
    """``admitted``: there was room; ``remaining`` requests are left, more room comes in ``reset`` seconds."""

    admitted: bool
    remaining: int
    reset: float


class Store(Protocol):
    """Keeps the counters, each under a key of fixed length and plain letters."""

    @property
    def refuses(self) -> bool:
        """Whether requests are refused while the counters are away."""
        ...

    @property
    def shared(self) -> bool:
        """Whether all workers see these counters at this moment."""
        ...

    def hit(self, key: str, rate: RateLimitItem, cost: int = 1, *, strict: bool = False) -> Standing:
        """Take ``cost`` from the budget if it has that much, atomically; a cost of 0 only looks.

        ``strict`` counters stay within the rate also where each worker must count alone.
        """
        ...

    def clear(self, key: str, rate: RateLimitItem) -> None:
        """Forget what was counted under the key."""
        ...

    def answers(self) -> bool:
        """Whether the counters can be reached."""
        ...


Tell = Callable[[bool], None]  # learns that the counters are away, or no longer


class StorageAway(Exception):
    """The counters cannot be reached, and the settings say to refuse rather than to count alone."""


def sliding(rate: RateLimitItem, cost: int, current: int, previous: int, left: float, *, admitted: bool) -> Standing:
    """Return the standing of a sliding window.

    It is the count of the ``current`` window plus a share of the ``previous`` one that sinks as the current window
    runs out, in ``left`` seconds.
    """
    amount, window = rate.amount, rate.get_expiry()
    used = current + int(previous * left / window)
    # There is more room once no more than this is used.
    target = used - 1 if admitted else amount - cost
    if target < 0:
        reset = 0.0 if admitted else float(window)
    elif previous and target >= current:
        reset = left - (target - current + 1) * window / previous
    elif current:
        reset = left + max(0.0, window - (target + 1) * window / current)
    else:
        reset = left
    return Standing(admitted, max(0, amount - used), max(0.0, reset))
