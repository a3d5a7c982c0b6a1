"""The settings of the service: type, default and meaning of each, and the error that stops an invalid start."""

from .core import Settings
from .declaration import ConfigurationError, setting
from .loading import ActiveSettings, get_settings, load

__all__ = ["ActiveSettings", "ConfigurationError", "Settings", "get_settings", "load", "setting"]
