"""The settings of the limiter storage: the memory of each worker, which is always available and lost on restart."""

from dataclasses import dataclass

from .declaration import setting
from .fields import Url

BACKEND = "memory"
SHARED = False  # whether all workers count together
STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    """Where the rate limits are counted."""

    limiter_uri: str = setting(
        Url("memory"),
        "the URL of the limiter storage; this service has only `memory://`",
        default="memory://",
        secret=True,
    )
