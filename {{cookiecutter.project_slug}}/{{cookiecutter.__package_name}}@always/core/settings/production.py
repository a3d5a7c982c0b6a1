"""What a start in production refuses."""

from .core import Settings
from .errors import ConfigurationError
from .storage import SHARED


def check(settings: Settings) -> None:
    """Raise ``StartRefused`` for a setting that is only fit for development, or for plain HTTP to anyone."""
    if not settings.server_tls and settings.server_trusted_proxies == 0:
        raise ConfigurationError(
            "APP_SERVER_TLS is false and "
            "APP_SERVER_TRUSTED_PROXIES is 0: plain HTTP is only spoken to a declared proxy."
        )
    if not settings.production:
        return
    if settings.server_debug:
        raise ConfigurationError("APP_SERVER_DEBUG is true: production does not run in debug mode.")
    if not SHARED and settings.server_workers > 1:
        raise ConfigurationError(
            f"APP_SERVER_WORKERS is {settings.server_workers}: each worker counts in its own memory, so every rate "
            "limit would be multiplied. Use 1 worker."
        )
