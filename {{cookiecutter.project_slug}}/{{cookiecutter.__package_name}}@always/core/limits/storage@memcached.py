"""Where the counters are: in Memcached, where adding one and reading the result is one step.

It keeps no list, so there is no moving window. Windows follow the clock of the machine that counts, each key shifted
by its own name so that not all windows end together; machines whose clocks differ by a second count apart for that
second at the border of a window. Memcached may forget a counter when its memory is full.
"""

import time
import weakref
from typing import Any
from zlib import crc32

from limits import RateLimitItem
from limits.storage import MemcachedStorage

from ..settings import Settings
from .circuit_breaker import CircuitBreaker
from .result import LimitResult, Notify, Storage, sliding

MONTH = 30 * 24 * 3600  # a longer life than this is taken for a date


def open_storage(settings: Settings, notify: Notify) -> Storage:
    """Return the counters; the server is first asked when the first request is counted."""
    counters = {"fixed-window": FixedWindow, "sliding-window-counter": SlidingWindow}[settings.limits_strategy]
    patience = settings.limits_timeout_ms / 1000
    return CircuitBreaker(lambda: counters(_connect(settings.limiter_uri, patience)), settings, notify)


def _connect(uri: str, patience: float) -> Any:
    """Return a client that all threads may use; several servers, between commas, share the keys among them."""
    options: dict[str, Any] = {"connect_timeout": patience, "timeout": patience, "no_delay": True}
    if "," in uri:
        options["use_pooling"] = True
    return MemcachedStorage(uri, **options).storage


class FixedWindow:
    """One counter for each window; one round trip, two for the first request of a window."""

    rejects = False
    shared = True
    # Each strategy counts apart, so that another one can be chosen at any time.
    prefix = "fixed"

    def __init__(self, client: Any) -> None:
        self._client = client
        weakref.finalize(self, client.close)

    def hit(self, key: str, rate: RateLimitItem, cost: int = 1, *, strict: bool = False) -> LimitResult:
        """Take ``cost`` from the budget if it has that much."""
        number, left = _window(key, rate)
        used = self._add(self._name(key, number), cost, rate.get_expiry())
        admitted = used <= rate.amount
        if not admitted and cost > 1:
            # There may be room for a smaller cost.
            self._client.decr(self._name(key, number), cost)
            used -= cost
        return LimitResult(rate, admitted, max(0, rate.amount - used), left)

    def clear(self, key: str, rate: RateLimitItem) -> None:
        """Forget what was counted under the key."""
        number, _ = _window(key, rate)
        self._client.delete_many([self._name(key, number), self._name(key, number - 1)], noreply=False)

    def is_available(self) -> bool:
        """Whether the server answers."""
        return self._client.get("limits:probe") is None

    def _name(self, key: str, number: int) -> str:
        return f"{self.prefix}:{key}:{number}"

    def _add(self, name: str, cost: int, window: int) -> int:
        """Return the counter with the cost added; it is made if it is not there."""
        client = self._client
        if not cost:
            return int(client.get(name, 0))
        # It outlives its window, whose count the sliding window still needs in the next one; memcached's seconds are
        # rounded, so that without the two more it could be forgotten a second early.
        life = 2 * window + 2
        expire = life if life < MONTH else int(time.time()) + life
        for _ in range(3):
            if (used := client.incr(name, cost)) is not None:
                return int(used)
            if client.add(name, str(cost), expire=expire, noreply=False):
                return cost
        raise ConnectionError("memcached neither has the counter nor takes it")


class SlidingWindow(FixedWindow):
    """The counters of this window and of the one before it; two round trips.

    The count of this window is only known by adding to it, so a request that is refused takes its cost back. Until it
    has, others may be refused that would just have passed; none can pass that should not.
    """

    prefix = "sliding"

    def hit(self, key: str, rate: RateLimitItem, cost: int = 1, *, strict: bool = False) -> LimitResult:
        """Take ``cost`` from the budget if it has that much."""
        number, left = _window(key, rate)
        previous = int(self._client.get(self._name(key, number - 1), 0))
        current = self._add(self._name(key, number), cost, rate.get_expiry())
        admitted = current + int(previous * left / rate.get_expiry()) <= rate.amount
        if not admitted and cost:
            self._client.decr(self._name(key, number), cost)
            current -= cost
        return sliding(rate, cost, current, previous, left, admitted=admitted)


def _window(key: str, rate: RateLimitItem) -> tuple[int, float]:
    """Return the number of the window that it is now, and the seconds that are left of it."""
    seconds = rate.get_expiry()
    number, gone = divmod(time.time() + crc32(key.encode()) % seconds, seconds)
    return int(number), seconds - gone
