"""The hits on the rate limits of one application."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from ipaddress import ip_address, ip_network

from limits import RateLimitItem

from .result import Hit, LimitResult, Storage


class Counters:
    """Counts hits by the name of the limit and the client. The storage sees neither, only a keyed hash of both.

    ``rates`` are those in the settings, by the name of the limit: ``limits_unknown_paths`` for ``unknown-paths``.
    """

    def __init__(self, storage: Storage, secret: str, rates: Mapping[str, RateLimitItem]) -> None:
        self.rates = rates
        self.storage = storage
        self._secret = blake2b(secret.encode()).digest()
        self._prepare = lru_cache(maxsize=4096)(self._hit)

    def hit(
        self, name: str, client: str, rate: RateLimitItem | None = None, cost: int = 1, *, strict: bool = False
    ) -> LimitResult:
        """Count a request of ``client``; see ``prepare``. Raises ``StorageUnavailable``."""
        return self.storage.hit(self.prepare(name, client, rate, cost, strict=strict))

    def prepare(
        self, name: str, client: str, rate: RateLimitItem | None = None, cost: int = 1, *, strict: bool = False
    ) -> Hit:
        """Return the hit for a request of ``client``. The default rate is that of the settings."""
        return self._prepare(name, client, rate, cost, strict)

    def _hit(self, name: str, client: str, rate: RateLimitItem | None, cost: int, strict: bool) -> Hit:
        rate = rate or self.rates[name]
        return Hit(_key(self._secret, name, client, rate.amount, rate.get_expiry()), rate, cost, strict, name)

    def clear(self, name: str, client: str, rate: RateLimitItem) -> None:
        """Delete the hits of ``client``."""
        self.storage.clear(_key(self._secret, name, client, rate.amount, rate.get_expiry()), rate)


def _key(secret: bytes, name: str, client: str, amount: int, seconds: int) -> str:
    # Of fixed length and in ASCII, for storages that reject long keys; keyed, so that it reveals no address.
    text = repr((name, client, amount, seconds)).encode()
    return f"limits:{{{blake2b(text, key=secret, digest_size=16).hexdigest()}}}"


@lru_cache(maxsize=4096)
def network(address: str, ipv4_prefix: int = 32, ipv6_prefix: int = 64) -> str:
    """Return the network that an IP address belongs to; anything else is returned unchanged.

    By default that is an IPv4 address itself, and the /64 of an IPv6 address, which belongs to one customer.
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    ip = getattr(ip, "ipv4_mapped", None) or ip
    prefix = ipv4_prefix if ip.version == 4 else ipv6_prefix
    return str(ip) if prefix == ip.max_prefixlen else str(ip_network(f"{ip}/{prefix}", strict=False))
