"""The slots for requests and their bodies, so that slow clients do not exhaust the worker threads.

The server passes a body on while it arrives and has no timeout for it, so a thread that reads one waits as long as the
client takes. ``flask serve`` therefore starts more threads than the setting ``server_threads``: ``SLOTS`` for bodies of
authenticated callers, and as many for those of anonymous clients. One network may use half of either, and half of all
threads. A body that has already arrived is read in far less than ``SLOT_TIMEOUT``.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Lock
from typing import Any

from ..limits import network
from .state import KEY, RequestState

SLOTS = 32
SLOT_TIMEOUT = 0.1  # seconds
THREADS = 2 * SLOTS


class Slots:
    """A fixed number of slots, of which one network may occupy ``share``, by default half."""

    def __init__(self, number: int = SLOTS, share: int | None = None) -> None:
        self._number, self._share = number, share or number // 2
        self.occupied: dict[str, int] = {}  # by network
        self._rejected: set[str] = set()  # networks with slots, of which a request was rejected
        self._lock = Lock()
        self._change = Condition(self._lock)

    @contextmanager
    def occupy(self, network: str, timeout: float = SLOT_TIMEOUT) -> Iterator[bool]:
        """Occupy a slot during the block. Yields False if none becomes free within ``timeout`` seconds."""
        occupied = self.take(network, timeout)
        try:
            yield occupied
        finally:
            if occupied:
                self.release(network)

    def take(self, network: str, timeout: float = 0) -> bool:
        """Occupy a slot until ``release``. Returns False if none becomes free within ``timeout`` seconds."""

        def is_taken() -> bool:
            own = self.occupied.get(network, 0)
            free = own < self._share and self.total() < self._number
            if free:
                self.occupied[network] = own + 1
            return free

        with self._lock:
            return is_taken() or (timeout > 0 and self._change.wait_for(is_taken, timeout))

    def total(self) -> int:
        """Return the number of occupied slots."""
        return sum(self.occupied.values())

    def is_first_rejection(self, network: str) -> bool:
        """Return whether a rejected request is the first of a series, which ends when the network occupies no slot."""
        with self._lock:
            first = network not in self._rejected
            if network in self.occupied:  # otherwise it has just released its last slot
                self._rejected.add(network)
            return first

    def release(self, network: str) -> None:
        """Free a slot."""
        with self._lock:
            own = self.occupied.pop(network)
            if own > 1:
                self.occupied[network] = own - 1
            else:
                self._rejected.discard(network)
            self._change.notify_all()


class BodySlots:
    """Slots for the bodies of callers, and separate ones for anonymous clients; ``requests`` are those in progress."""

    def __init__(self, threads: int = 0) -> None:
        self._callers, self._anonymous = Slots(), Slots()
        self.requests = Slots(sys.maxsize, (threads + THREADS) // 2)  # the server may have more threads

    def only_slow_remain(self) -> bool:
        """Return whether requests are in progress and each of them waits for its body."""
        return 0 < self.requests.total() <= self._callers.total() + self._anonymous.total()

    def run(self, environ: dict[str, Any], read: Callable[[], bytes]) -> bytes | None:
        """Return the result of ``read``, or None if no slot is free for the client."""
        state: RequestState | None = environ.get(KEY)
        slots = self._callers if state and state.caller else self._anonymous
        with slots.occupy(network(environ.get("REMOTE_ADDR", ""))) as occupied:
            return read() if occupied else None
