"""What happens while the shared counters are away.

The first request that meets the fault waits for its time-out; after that nobody does: a thread asks the storage once
a second, and when it counts again, so do the requests. In between the settings say what holds: each worker counts
alone (``fallback``), or requests are refused (``refuse``).
"""

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread

from limits import RateLimitItem, RateLimitItemPerMinute

from ..observability import log
from ..settings import Settings
from .memory import MemoryStorage
from .result import LimitResult, Notify, Storage, StorageUnavailable

PROBED_EVERY = 1.0  # seconds
PROBE = RateLimitItemPerMinute(1)
# A storage that is only slow would slow every request: when every answer took this part of the patience or more for
# that long, it counts as away. A burst of requests alone makes some answers slow, not all.
SLOW, TOLERATED = 0.4, 1.0  # part, seconds


class CircuitBreaker:
    """Counts in the store that ``connect`` returns, and by the policy of the settings while that fails.

    ``notify`` is called with True when the store goes away and with False when it is back.
    """

    def __init__(self, connect: Callable[[], Storage], settings: Settings, notify: Notify) -> None:
        self._connect = connect
        self._notify = notify
        self._storage: Storage | None = None
        self._local = MemoryStorage(settings.limits_strategy)
        self.rejects = settings.limits_on_storage_error == "reject"
        self._workers = settings.server_workers
        self._slow = SLOW * settings.limits_timeout_ms / 1000
        self._slow_since: float | None = None
        self._away_since: float | None = None
        self._changing = Lock()
        self._connecting = Lock()

    @property
    def shared(self) -> bool:
        """Whether all workers see the counters at this moment."""
        return self._away_since is None

    def hit(self, key: str, rate: RateLimitItem, cost: int = 1, *, strict: bool = False) -> LimitResult:
        """Add ``cost`` if the rate admits it. Raises ``StorageUnavailable``."""
        if self._away_since is None:
            try:
                return self._timed(key, rate, cost)
            except Exception as error:  # clients raise more than they document: of their own, of the system, of parsers
                self._open(key, error)
        if self.rejects:
            raise StorageUnavailable
        return self._local.hit(key, self._share(rate) if strict else rate, cost)

    def clear(self, key: str, rate: RateLimitItem) -> None:
        """Forget what was counted under the key."""
        self._local.clear(key, rate)
        self._connected().clear(key, rate)

    def is_available(self) -> bool:
        """Whether the shared counters can be reached; asks them, unless they are known to be away."""
        if self._away_since is None:
            try:
                return self._connected().is_available()
            except Exception as error:
                self._open("limits:{probe}", error)
        return False

    def _timed(self, key: str, rate: RateLimitItem, cost: int) -> LimitResult:
        started = time.monotonic()
        standing = self._connected().hit(key, rate, cost)
        ended = time.monotonic()
        if ended - started < self._slow:
            self._slow_since = None
        elif self._slow_since is None:
            self._slow_since = ended
        elif ended - self._slow_since > TOLERATED:
            self._open(key, TimeoutError(f"every answer takes longer than {self._slow:g} seconds"))
        return standing

    def _connected(self) -> Storage:
        if self._storage is None:
            with self._connecting:
                if self._storage is None:
                    self._storage = self._connect()
        return self._storage

    def _share(self, rate: RateLimitItem) -> RateLimitItem:
        """Return what one worker may admit, so that all of them together stay within the rate."""
        return type(rate)(max(1, rate.amount // self._workers), rate.multiples)

    def _open(self, key: str, error: Exception) -> None:
        with self._changing:
            if self._away_since is not None:
                return
            self._away_since = time.monotonic()
        reason = f"{type(error).__name__}: {error}"
        policy = "requests are refused" if self.rejects else "each worker counts alone"
        log.write("error", "limiter_storage_unavailable", reason=reason, policy=policy)
        self._notify(True)
        Thread(target=self._watch, args=(key,), name="limiter-storage", daemon=True).start()

    def _watch(self, key: str) -> None:
        # The key that failed, since a cluster may miss only the node that has it; a hit, since a full storage answers
        # and does not count.
        while True:
            time.sleep(PROBED_EVERY)
            started = time.monotonic()
            with suppress(Exception):
                self._connected().hit(f"{key}:probe", PROBE)
                if time.monotonic() - started < self._slow:
                    break
        away_since, self._slow_since, self._away_since = self._away_since, None, None
        away = round(time.monotonic() - (away_since or started), 1)
        log.write("warning", "limiter_storage_available", reason="counters are shared again", away_seconds=away)
        self._notify(False)
