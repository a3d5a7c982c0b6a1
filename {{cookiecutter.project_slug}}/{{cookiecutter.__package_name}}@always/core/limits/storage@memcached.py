"""Count in Memcached, whose INCR adds and returns the sum atomically.

Memcached has no lists, so a moving window is not available. Windows follow the clock of the worker's machine and start
at a different offset for each key, so that they do not all end together. Machines whose clocks differ by a second count
separately for that second at the end of a window. Memcached may evict counters when its memory is full.
"""

import time
import weakref
from typing import Any, cast
from zlib import crc32

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import storage_from_string

from ..settings import Settings
from .circuit_breaker import CircuitBreaker
from .result import PROBE, Hit, LimitResult, Notify, Storage, sliding

MONTH = 30 * 24 * 3600  # seconds; Memcached reads a longer lifetime as a Unix timestamp


def open_storage(settings: Settings, notify: Notify) -> Storage:
    """Return the storage; it connects when the first request is counted."""
    storages = {"fixed-window": MemcachedStorage, "sliding-window-counter": SlidingMemcachedStorage}
    storage, timeout = storages[settings.limits_strategy], settings.limits_timeout_ms / 1000
    return CircuitBreaker(lambda: storage(_client(settings.limiter_uri.rstrip("/"), timeout)), settings, notify)


def _client(uri: str, timeout: float) -> Any:
    """Return a thread-safe client for one server, or for several that the keys are distributed over."""
    options: dict[str, Any] = {"connect_timeout": timeout, "timeout": timeout, "no_delay": True}
    if "," in uri:
        # Otherwise the client returns a default for a second after a failure, as if it had counted.
        options |= {"use_pooling": True, "retry_timeout": 0}
    return cast(Any, storage_from_string(uri, **options)).storage


class MemcachedStorage(Storage):
    """Counts in fixed windows: one round trip for a hit, two for the first hit of a window."""

    rejects = False
    shared = True
    # Strategies count under different keys, so the strategy can be changed at any time.
    prefix = "fixed"

    def __init__(self, client: Any) -> None:
        self._client = client
        weakref.finalize(self, client.close)

    def hit(self, hit: Hit) -> LimitResult:
        """Add the cost if the rate admits it."""
        key, rate, cost = hit.key, hit.rate, hit.cost
        number, left = _window(key, rate)
        used = self._add(self._name(key, number), cost, rate.get_expiry())
        admitted = used <= rate.amount
        if not admitted and cost > 1:
            # A smaller cost may still be admitted.
            self._client.decr(self._name(key, number), cost)
            used -= cost
        return LimitResult(rate, admitted, max(0, rate.amount - used), left)

    def clear(self, key: str, rate: RateLimitItem) -> None:
        """Delete the hits under the key."""
        number, _ = _window(key, rate)
        self._client.delete_many([self._name(key, number), self._name(key, number - 1)], noreply=False)

    def check(self) -> None:
        """Count and delete under many keys, which are distributed over all servers."""
        for number in range(64):
            key, rate = f"limits:{{check-{number}}}", RateLimitItemPerMinute(1)
            self.hit(Hit(key, rate))
            self.clear(key, rate)

    def is_available(self) -> bool:
        """Count a hit, and ask each of several servers: the others count for one that is down."""
        servers = getattr(self._client, "clients", {}).values()
        return self.hit(Hit("limits:{probe}", PROBE)).admitted and all(map(_responds, servers))

    def _name(self, key: str, number: int) -> str:
        return f"{self.prefix}:{key}:{number}"

    def _add(self, name: str, cost: int, window: int) -> int:
        """Add the cost to a counter, which is created if it does not exist, and return the sum."""
        client = self._client
        if not cost:
            return int(client.get(name, 0))
        # The sliding window reads the counter during the next window too. Memcached rounds to seconds: without the two
        # extra seconds the counter could expire one second early.
        lifetime = 2 * window + 2
        expire = lifetime if lifetime < MONTH else int(time.time()) + lifetime
        for _ in range(3):
            if used := client.incr(name, cost):
                return int(used)
            if client.add(name, str(cost), expire=expire, noreply=False):
                return cost
        raise ConnectionError("Memcached neither increments nor adds the counter")


class SlidingMemcachedStorage(MemcachedStorage):
    """Counts in sliding windows: two round trips for a hit.

    Only INCR returns the count of the current window, so a rejected request subtracts its cost again. In between, a
    concurrent request may be rejected that would just have been admitted; none is admitted beyond the rate.
    """

    prefix = "sliding"

    def hit(self, hit: Hit) -> LimitResult:
        """Add the cost if the rate admits it."""
        key, rate, cost = hit.key, hit.rate, hit.cost
        number, left = _window(key, rate)
        previous = int(self._client.get(self._name(key, number - 1), 0))
        current = self._add(self._name(key, number), cost, rate.get_expiry())
        admitted = current + int(previous * left / rate.get_expiry()) <= rate.amount
        if not admitted and cost:
            self._client.decr(self._name(key, number), cost)
            current -= cost
        return sliding(rate, cost, current, previous, left, admitted=admitted)


def _responds(server: Any) -> bool:
    try:
        return bool(server.version())
    except Exception:  # also errors of sockets
        return False


def _window(key: str, rate: RateLimitItem) -> tuple[int, float]:
    """Return the number of the current window of the key, and the seconds that remain of it."""
    seconds = rate.get_expiry()
    number, elapsed = divmod(time.time() + crc32(key.encode()) % seconds, seconds)
    return int(number), seconds - elapsed
