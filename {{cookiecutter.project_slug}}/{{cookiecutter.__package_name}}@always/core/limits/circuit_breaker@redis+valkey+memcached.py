"""Keep requests fast while the shared storage is unavailable.

The first request that meets the failure waits for the timeout and opens the circuit. A thread then tries the storage
once a second and closes the circuit when it counts again. While the circuit is open, ``on_storage_error`` decides:
each worker counts in its own memory (``fallback``), or requests are rejected (``reject``).
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock, Thread

from limits import RateLimitItem

from ..observability import log
from ..settings import Settings
from .memory import MemoryStorage
from .result import PROBE, Hit, LimitResult, Notify, Storage, StorageUnavailable

RETRY_INTERVAL = 1.0  # seconds
# A slow storage would slow down every request. It counts as unavailable when each response takes at least this part of
# the timeout for this many seconds; a burst of requests makes some responses slow, not all.
SLOW, SLOW_SECONDS = 0.4, 1.0


class CircuitBreaker:
    """Counts in the storage that ``connect`` returns, and in memory or not at all while that fails.

    ``notify`` is called with True when the storage becomes unavailable and with False when it is available again; in
    between, the circuit is open and ``shared`` is False.
    """

    def __init__(self, connect: Callable[[], Storage], settings: Settings, notify: Notify) -> None:
        self.rejects = settings.limits_on_storage_error == "reject"
        self.shared = True
        self._connect = connect
        self._notify = notify
        self._storage: Storage | None = None
        self._fallback = MemoryStorage(settings.limits_strategy)
        self._workers = settings.server_workers
        self._slow = SLOW * settings.limits_timeout_ms / 1000
        self._slow_since: float | None = None
        self._opened_at = 0.0
        self._opening = Lock()
        self._connecting = Lock()

    def hit(self, hit: Hit) -> LimitResult:
        """Add the cost if the rate admits it. Raises ``StorageUnavailable``."""
        return self.hit_all([hit])[0]

    def hit_all(self, hits: Sequence[Hit]) -> list[LimitResult]:
        """Make the hits in turn until one is rejected, and return their results. Raises ``StorageUnavailable``."""
        if self.shared:
            try:
                return self._timed(hits)
            except Exception as error:  # clients also raise errors of sockets and parsers
                self._open([hit.key for hit in hits], error)
        if self.rejects:
            raise StorageUnavailable
        return self._fallback.hit_all([self._share(hit) if hit.strict else hit for hit in hits])

    def clear(self, key: str, rate: RateLimitItem) -> None:
        """Delete the hits under the key."""
        self._fallback.clear(key, rate)
        self._connected().clear(key, rate)

    def is_available(self) -> bool:
        """Return whether the storage counts; without asking it while the circuit is open."""
        if self.shared:
            try:
                return self._connected().is_available()
            except Exception as error:
                self._open(["limits:{probe}"], error)
        return False

    def check(self) -> None:
        """Count and delete as for requests; see ``Storage.check``."""
        self._connected().check()

    def _timed(self, hits: Sequence[Hit]) -> list[LimitResult]:
        started = time.monotonic()
        results = self._connected().hit_all(hits)
        ended = time.monotonic()
        if ended - started < self._slow:
            self._slow_since = None
        elif self._slow_since is None:
            self._slow_since = ended
        elif ended - self._slow_since > SLOW_SECONDS:
            error = TimeoutError(f"every response takes longer than {self._slow:g} seconds")
            self._open([hit.key for hit in hits], error)
        return results

    def _connected(self) -> Storage:
        if self._storage is None:
            with self._connecting:
                if self._storage is None:
                    self._storage = self._connect()
        return self._storage

    def _share(self, hit: Hit) -> Hit:
        """Return the hit with the rate of one worker, so that all workers together stay within its rate."""
        return hit._replace(rate=type(hit.rate)(max(1, hit.rate.amount // self._workers), hit.rate.multiples))

    def _open(self, keys: list[str], error: Exception) -> None:
        with self._opening, suppress(RuntimeError):  # the system has no thread left: the next request tries again
            if self.shared:
                Thread(target=self._retry, args=(keys,), name="limiter-storage", daemon=True).start()
                self._opened_at, self.shared = time.monotonic(), False
                reason = f"{type(error).__name__}: {error}"
                policy = "requests are rejected" if self.rejects else "each worker counts alone"
                log.write("error", "limiter_storage_unavailable", reason=reason, policy=policy)
                self._notify(True)

    def _retry(self, keys: list[str]) -> None:
        """Close the circuit once the storage counts again."""
        # Use the keys that failed, since a cluster may lack only the node of one; and hits, since a full storage still
        # answers a ping.
        probes = [Hit(f"{key}:probe", PROBE) for key in keys]
        while True:
            time.sleep(RETRY_INTERVAL)
            started = time.monotonic()
            with suppress(Exception):
                self._connected().hit_all(probes)
                if time.monotonic() - started < self._slow:
                    break
        duration = round(time.monotonic() - self._opened_at, 1)
        self._slow_since, self.shared = None, True
        reason = "all workers count together again"
        log.write("warning", "limiter_storage_available", reason=reason, unavailable_seconds=duration)
        self._notify(False)
