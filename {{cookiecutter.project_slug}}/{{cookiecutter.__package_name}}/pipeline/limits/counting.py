"""Counting one request on one budget, wherever the counters are."""

import logging
import time
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv6Address, ip_network

from limits import RateLimitItem
from limits.storage import MemoryStorage, Storage
from limits.strategies import STRATEGIES, RateLimiter

log = logging.getLogger(__name__)
RETRY_AFTER = 2.0  # seconds for which a storage that failed is left alone


@dataclass(frozen=True, slots=True)
class Count:
    """Where a budget stands: ``remaining`` requests for the next ``reset`` seconds."""

    budget: str
    rate: RateLimitItem
    admitted: bool
    remaining: int
    reset: int


class Counters:
    """Counts on the shared storage, and on this worker's memory while that is away.

    A storage that fails is left alone for a while, so that at most one request in that time waits for its time-out.
    """

    def __init__(self, storage: Storage, strategy: str, key: str) -> None:
        self._shared = STRATEGIES[strategy](storage)
        self._local = STRATEGIES[strategy](MemoryStorage())
        self._failures = storage.base_exceptions
        self._away_until = 0.0
        self._key = blake2b(key.encode()).digest()

    def hit(self, budget: str, rate: RateLimitItem, who: str) -> Count:
        """Count one request of ``who`` and tell where the budget stands; a storage that fails raises nothing."""
        who = self.hidden(who)
        if time.monotonic() >= self._away_until:
            try:
                count = self._hit(self._shared, budget, rate, who)
                if self._away_until:
                    self._away_until = 0.0
                    log.warning("the limiter storage answers again: counters are shared")
                return count
            except self._failures as error:
                if not self._away_until:
                    log.warning("the limiter storage is away: each worker counts alone (%s)", error)
                self._away_until = time.monotonic() + RETRY_AFTER
        return self._hit(self._local, budget, rate, who)

    def hidden(self, who: str) -> str:
        """Return the name under which the storage knows ``who``."""
        return _hidden(self._key, who)

    @staticmethod
    def _hit(strategy: RateLimiter, budget: str, rate: RateLimitItem, who: str) -> Count:
        admitted = strategy.hit(rate, budget, who)
        reset_at, remaining = strategy.get_window_stats(rate, budget, who)
        reset = min(max(0, int(reset_at - time.time() + 0.999)), rate.get_expiry())
        return Count(budget, rate, admitted, remaining, reset)


@lru_cache(maxsize=8192)
def _hidden(key: bytes, who: str) -> str:
    # Of fixed length and plain letters, since a storage may refuse long keys and blanks; keyed, so that it holds no
    # address that anyone could read back.
    return blake2b(who.encode("utf-8", "surrogateescape"), key=key, digest_size=16).hexdigest()


@lru_cache(maxsize=8192)
def network(address: str) -> str:
    """Return who an address counts as: itself, or its /64, which one IPv6 customer has whole."""
    try:
        if ":" not in address:
            return address
        mapped = IPv6Address(address.partition("%")[0]).ipv4_mapped
        return str(mapped or ip_network(f"{address.partition('%')[0]}/64", strict=False))
    except ValueError:
        return address
