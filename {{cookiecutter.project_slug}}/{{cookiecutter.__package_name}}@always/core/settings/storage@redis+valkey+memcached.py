"""The settings of the counters' storage, which has an address and may be away."""

from dataclasses import dataclass

from .declaration import setting
from .fields import Choice, Integer, Url
from .limiter import BACKEND


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    """Where the counters are, and what holds while they cannot be reached."""

    limiter_uri: str = setting(Url(*BACKEND.schemes), BACKEND.meaning, secret=True)
    limits_on_fault: str = setting(
        Choice("fallback", "refuse"),
        "while the counters are away: fallback lets each worker count alone, refuse answers 503",
        default="fallback",
    )
    limits_patience_ms: int = setting(
        Integer(50, 10_000),
        "how long a request waits for the counters, in milliseconds; the first one that waits in vain finds them away",
        default=250,
    )
