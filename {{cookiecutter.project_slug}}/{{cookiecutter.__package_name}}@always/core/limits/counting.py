"""Counting one request of somebody on a budget."""

from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv6Address, ip_network
from math import ceil
from typing import NamedTuple

from limits import RateLimitItem

from .result import Store


class Count(NamedTuple):
    """Where a budget stands: ``remaining`` requests, and more in ``reset`` seconds."""

    budget: str
    rate: RateLimitItem
    admitted: bool
    remaining: int
    reset: int


class Counters:
    """Counts by the names of budgets and callers, which the storage never learns."""

    def __init__(self, store: Store, secret: str) -> None:
        self._store = store
        self._secret = blake2b(secret.encode()).digest()

    @property
    def refuses(self) -> bool:
        """Whether requests are refused while the counters are away."""
        return self._store.refuses

    @property
    def shared(self) -> bool:
        """Whether all workers see the counters at this moment."""
        return self._store.shared

    def hit(self, budget: str, rate: RateLimitItem, who: str, cost: int = 1, *, strict: bool = False) -> Count:
        """Count one request of ``who`` and tell where the budget stands; a cost of 0 only looks.

        Raises ``StorageAway`` when the counters cannot be reached and the settings say to refuse then.
        """
        key = _key(self._secret, budget, who, rate.amount, rate.get_expiry())
        admitted, remaining, reset = self._store.hit(key, rate, cost, strict=strict)
        # To the millisecond first: what is left of a minute is 60.00000000000001 seconds at times.
        return Count(budget, rate, admitted, remaining, ceil(round(reset, 3)))

    def clear(self, budget: str, rate: RateLimitItem, who: str) -> None:
        """Forget what ``who`` used of the budget."""
        self._store.clear(_key(self._secret, budget, who, rate.amount, rate.get_expiry()), rate)

    def answer(self) -> bool:
        """Whether the counters can be reached."""
        return self._store.answers()


@lru_cache(maxsize=16384)
def _key(secret: bytes, budget: str, who: str, amount: int, seconds: int) -> str:
    # Of fixed length and plain letters, whatever a name holds: a storage may refuse long keys and blanks. Keyed, so
    # that it holds no address that anyone could read back.
    name = repr((budget, who, amount, seconds)).encode()
    return f"limits:{{{blake2b(name, key=secret, digest_size=16).hexdigest()}}}"


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
