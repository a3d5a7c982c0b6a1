"""Every setting of the service: its type, default and meaning. An invalid value prevents startup and is named."""

from .core import Settings
from .declaration import setting
from .errors import ConfigurationError
from .loading import ActiveSettings, get_settings, load

__all__ = ["ActiveSettings", "ConfigurationError", "Settings", "get_settings", "load", "setting"]
