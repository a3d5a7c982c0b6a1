"""The settings of the counters' storage: the memory of the process, which is never away."""

from dataclasses import dataclass

from .declaration import setting
from .fields import Url


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    """Where the counters are."""

    limiter_uri: str = setting(
        Url("memory"), "where the limiter keeps its counters; memory has one address", default="memory://", secret=True
    )
