"""The storage in the memory of this process, exact across its threads.

A window is the hits under one key, by one of the strategies; it can be deleted after ``until``. The storage of the
``limits`` library starts a timer thread, and its sliding window reads before it counts, so concurrent requests can
exceed the rate. Here one lock makes each hit atomic.
"""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

from limits import RateLimitItem

from .result import Hit, LimitResult, Storage, sliding

MAX_WINDOWS = 200_000  # bounds the memory: beyond it, the oldest windows are deleted
PRUNE_INTERVAL = 30.0  # seconds


class MemoryStorage(Storage):
    """Counts by one strategy; ``clock`` returns monotonic seconds."""

    rejects = False
    shared = False

    def __init__(self, strategy: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._window = _WINDOWS[strategy]
        self._windows: dict[str, _Window] = {}
        self._pruned = clock()
        self._lock = Lock()

    def hit(self, hit: Hit) -> LimitResult:
        """Add the cost if the rate admits it."""
        with self._lock:
            now = self._clock()
            window = self._windows.get(hit.key)
            if window is None:
                self._prune(now)
                window = self._windows[hit.key] = self._window()
            return window.hit(hit.rate, hit.cost, now)

    def clear(self, key: str, rate: RateLimitItem) -> None:
        """Delete the hits under the key."""
        with self._lock:
            self._windows.pop(key, None)

    def check(self) -> None:
        """Do nothing: the memory always counts."""

    def is_available(self) -> bool:
        """Return True: memory is always available."""
        return True

    def _prune(self, now: float) -> None:
        if now - self._pruned >= PRUNE_INTERVAL:
            self._pruned = now
            self._windows = {key: window for key, window in self._windows.items() if window.until > now}
        if len(self._windows) >= MAX_WINDOWS:
            del self._windows[next(iter(self._windows))]


class _Fixed:
    """A window that starts with its first hit."""

    __slots__ = ("until", "used")

    def __init__(self) -> None:
        self.until = 0.0
        self.used = 0

    def hit(self, rate: RateLimitItem, cost: int, now: float) -> LimitResult:
        if now >= self.until:
            self.until = now + rate.get_expiry()
            self.used = 0
        amount = rate.amount
        admitted = self.used + cost <= amount
        if admitted:
            self.used += cost
        return LimitResult(rate, admitted, amount - self.used, self.until - now)


class _Moving:
    """The times of the hits within the last window."""

    __slots__ = ("hits", "until")

    def __init__(self) -> None:
        self.until = 0.0
        self.hits: deque[float] = deque()

    def hit(self, rate: RateLimitItem, cost: int, now: float) -> LimitResult:
        hits, seconds = self.hits, rate.get_expiry()
        while hits and hits[0] <= now - seconds:
            hits.popleft()
        admitted = len(hits) + cost <= rate.amount
        if admitted and cost:
            hits.extend([now] * cost)
            self.until = now + seconds
        return LimitResult(rate, admitted, rate.amount - len(hits), hits[0] + seconds - now if hits else 0.0)


class _Sliding:
    """The hits of the current window and of the previous one."""

    __slots__ = ("current", "number", "previous", "until")

    def __init__(self) -> None:
        self.until = 0.0
        self.number = self.current = self.previous = 0

    def hit(self, rate: RateLimitItem, cost: int, now: float) -> LimitResult:
        seconds = rate.get_expiry()
        number = int(now // seconds)
        if number != self.number:
            self.previous = self.current if number == self.number + 1 else 0
            self.current, self.number = 0, number
            self.until = (number + 2) * seconds
        left = (number + 1) * seconds - now
        admitted = self.current + int(self.previous * left / seconds) + cost <= rate.amount
        if admitted:
            self.current += cost
        return sliding(rate, cost, self.current, self.previous, left, admitted=admitted)


_Window = _Fixed | _Moving | _Sliding
_WINDOWS: dict[str, type[_Window]] = {
    "fixed-window": _Fixed,
    "moving-window": _Moving,
    "sliding-window-counter": _Sliding,
}
