"""Every setting of the service: its type, default and meaning; a bad value stops the start and is named."""

from .core import Settings
from .declaration import setting
from .loading import InForce, load, of
from .problems import StartRefused

__all__ = ["InForce", "Settings", "StartRefused", "load", "of", "setting"]
