"""The settings of the counters' storage, which has an address and may be away."""

from dataclasses import dataclass

from .declaration import setting
from .fields import Choice, Integer, Url
from .limiter import BACKEND


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    """Where the counters are, and what holds while they cannot be reached."""

    limiter_uri: str = setting(Url(*BACKEND.schemes), BACKEND.meaning, secret=True)
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
