"""Where the counters are: in the memory of this process."""

from ..settings import Settings
from .memory import MemoryStorage
from .result import Notify, Storage


def open_storage(settings: Settings, _notify: Notify) -> Storage:
    """Return the counters, which are never away."""
    return MemoryStorage(settings.limits_strategy)
