"""Open the storage: the memory of this process."""

from ..settings import Settings
from .memory import MemoryStorage
from .result import Notify, Storage


def open_storage(settings: Settings, _notify: Notify) -> Storage:
    """Return the storage, which is always available."""
    return MemoryStorage(settings.limits_strategy)
