"""Where the counters are: in the memory of this process."""

from ...settings import Settings
from .memory import Memory
from .standing import Store


def open_storage(settings: Settings) -> Store:
    """Return the counters."""
    return Memory(settings.limits_strategy)
