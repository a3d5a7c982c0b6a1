"""Counters in the memory of this process: exact for all its threads, and unknown to any other process.

The memory storage of ``limits`` starts a thread for a request at low rates, and its sliding window reads before it
counts, so that requests at the same time can pass together. Here one lock makes each count one step.
"""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Protocol

from limits import RateLimitItem

from .result import LimitResult, sliding

ENTRIES = 200_000  # more callers than this at a time push out those seen first, so that memory is bounded
PRUNED_EVERY = 30.0  # seconds


class MemoryStorage:
    """Counts by one of the strategies."""

    rejects = False
    shared = False

    def __init__(self, strategy: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._window = _WINDOWS[strategy]
        self._windows: dict[str, _Window] = {}
        self._pruned = clock()
        self._lock = Lock()

    def hit(self, key: str, rate: RateLimitItem, cost: int = 1, *, strict: bool = False) -> LimitResult:
        """Take ``cost`` from the budget if it has that much."""
        now = self._clock()
        with self._lock:
            window = self._windows.get(key)
            if window is None:
                self._make_room(now)
                window = self._windows[key] = self._window()
            return window.take(rate, cost, now)

    def clear(self, key: str, rate: RateLimitItem) -> None:
        """Forget what was counted under the key."""
        with self._lock:
            self._windows.pop(key, None)

    def is_available(self) -> bool:
        """Notify that it is there."""
        return True

    def _make_room(self, now: float) -> None:
        if now - self._pruned >= PRUNED_EVERY:
            self._pruned = now
            self._windows = {key: window for key, window in self._windows.items() if window.until > now}
        if len(self._windows) >= ENTRIES:
            del self._windows[next(iter(self._windows))]


class _Window(Protocol):
    """What was counted under one key; it can be forgotten after ``until``."""

    until: float

    def take(self, rate: RateLimitItem, cost: int, now: float) -> LimitResult:
        """Take ``cost`` if there is room."""
        ...


class _Fixed:
    """A window that begins with its first request."""

    __slots__ = ("until", "used")

    def __init__(self) -> None:
        self.until = 0.0
        self.used = 0

    def take(self, rate: RateLimitItem, cost: int, now: float) -> LimitResult:
        if now >= self.until:
            self.until = now + rate.get_expiry()
            self.used = 0
        amount = rate.amount
        admitted = self.used + cost <= amount
        if admitted:
            self.used += cost
        return LimitResult(rate, admitted, amount - self.used, self.until - now)


class _Moving:
    """The time of each request of the last window."""

    __slots__ = ("taken", "until")

    def __init__(self) -> None:
        self.until = 0.0
        self.taken: deque[float] = deque()

    def take(self, rate: RateLimitItem, cost: int, now: float) -> LimitResult:
        taken, seconds = self.taken, rate.get_expiry()
        while taken and taken[0] <= now - seconds:
            taken.popleft()
        admitted = len(taken) + cost <= rate.amount
        if admitted and cost:
            taken.extend([now] * cost)
            self.until = now + seconds
        return LimitResult(rate, admitted, rate.amount - len(taken), taken[0] + seconds - now if taken else 0.0)


class _Sliding:
    """The counts of this window and of the one before it."""

    __slots__ = ("current", "number", "previous", "until")

    def __init__(self) -> None:
        self.until = 0.0
        self.number = self.current = self.previous = 0

    def take(self, rate: RateLimitItem, cost: int, now: float) -> LimitResult:
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


_WINDOWS: dict[str, type[_Fixed | _Moving | _Sliding]] = {
    "fixed-window": _Fixed,
    "moving-window": _Moving,
    "sliding-window-counter": _Sliding,
}
