"""The settings of the limiter storage: a server that all workers share, and that can be unavailable."""

from dataclasses import dataclass

from .declaration import setting
from .fields import Choice, Integer, Url
from .limiter import BACKEND, MEANING, SCHEMES, STRATEGIES

__all__ = ["BACKEND", "SHARED", "STRATEGIES", "StorageSettings"]

SHARED = True  # whether all workers count together


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    """Where the rate limits are counted, and what happens while the storage is unavailable."""

    limiter_uri: str = setting(Url(*SCHEMES), MEANING, secret=True)
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
