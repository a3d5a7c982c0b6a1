"""The settings of the limiter storage: a server that all workers share, and that can be unavailable."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError

from .declaration import setting
from .fields import Choice, Integer, Url
from .limiter import BACKEND, LIST_SCHEMES, MEANING, SCHEMES, STRATEGIES

__all__ = ["BACKEND", "SHARED", "STRATEGIES", "StorageSettings"]

SHARED = True  # whether all workers count together


class StorageUrl(Url):
    """The URL of a server, or of several that are separated by commas."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        url = super()._deserialize(value, *args, **kwargs)
        scheme, _, rest = url.partition("://")
        if rest.startswith("/"):  # a socket, or the default host
            return url
        try:
            hosts = urlsplit(url).netloc.rpartition("@")[2].split(",")
            ports = [urlsplit(f"//{host.strip()}").port for host in hosts]
        except ValueError:
            hosts, ports = [], []
        if not ports or (scheme in LIST_SCHEMES and None in ports):
            raise ValidationError("Each host must have the form host:port, with brackets around an IPv6 address.")
        if len(hosts) > 1 and scheme not in LIST_SCHEMES:
            raise ValidationError(f"Several hosts need {' or '.join(f'{each}://' for each in LIST_SCHEMES)}.")
        return url


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    """Where the rate limits are counted, and what happens while the storage is unavailable."""

    limiter_uri: str = setting(StorageUrl(*SCHEMES), MEANING, secret=True)
    limits_on_storage_error: str = setting(
        Choice("fallback", "reject"),
        "while the storage is unavailable: with fallback each worker counts alone, with reject requests get 503",
        default="fallback",
    )
    limits_timeout_ms: int = setting(
        Integer(50, 10_000),
        "the timeout of the storage in milliseconds; after a timeout the storage counts as unavailable",
        default=250,
    )
