"""What a start in production refuses."""

from pathlib import Path

from .. import certificate
from .core import Settings
from .limiter import BACKEND
from .problems import StartRefused


def check(settings: Settings, root: Path) -> None:
    """Raise ``StartRefused`` for a setting that is only fit for development, or for a listener that cannot work.

    ``root`` is the folder of ``settings.toml``, from which relative paths are taken.
    """
    if settings.server_tls:
        chain, key = root / settings.server_certificate, root / settings.server_certificate_key
        for path in (chain, key):
            if not path.is_file():
                raise StartRefused(f"{path} does not exist: `make certs` makes one for development.")
        try:
            certificate.served(chain, key)
        except OSError as error:
            raise StartRefused(f"{chain} and {key} do not work, as PEM without a password: {error}.") from error
    elif settings.server_proxies == 0:
        raise StartRefused(
            "APP_SERVER_TLS is false and APP_SERVER_PROXIES is 0: plain HTTP is only spoken to a declared proxy."
        )
    if not settings.production:
        return
    if settings.server_debug:
        raise StartRefused("APP_SERVER_DEBUG is true: production does not run in debug mode.")
    if not BACKEND.shared and settings.server_workers > 1:
        raise StartRefused(
            f"APP_SERVER_WORKERS is {settings.server_workers}: counters in memory are each worker's own, so every "
            "limit would be multiplied; use 1 worker."
        )
