"""Read the settings, the secrets and the certificate again, at SIGHUP, and log which of them have changed."""

from importlib import import_module

from flask import Flask

from .. import certificate, services
from ..observability import events, log
from ..settings import ActiveSettings, Settings


class Reload:
    """Reads settings, secrets and certificate again; ``app`` has those that were read last."""

    def __init__(self, app: Flask) -> None:
        self.app, self._chain = app, _read_certificate(app)

    def read(self) -> bool:
        """Replace the application; return False, and keep it, if anything prevents the start of a new one."""
        try:
            app: Flask = import_module(self.app.import_name).create_app()
            chain = _read_certificate(app)
        except Exception as error:  # what prevents startup, and errors of the service's own code
            log.write("error", "reload", reason=f"the old settings, secrets and certificate remain in use: {error}")
            return False
        old, new = (services.get(each, ActiveSettings).values for each in (self.app, app))
        self._changed = [f"APP_{name.upper()}" for name, value in new.items() if old.get(name) != value]
        self._changed += ["the certificate"] if chain != self._chain else []
        self.app, self._chain = app, chain
        return True

    def log(self) -> None:
        """Log what has changed, when it is in use."""
        events.record(events.SYS_RESTART, "settings, secrets and certificate were read again", changed=self._changed)


def _read_certificate(app: Flask) -> bytes | None:
    active_settings = services.get(app, ActiveSettings)
    if not active_settings[Settings].server_tls:
        return None
    certificate.load(active_settings)  # granian would report an invalid certificate with a traceback
    return certificate.paths(active_settings)[0].read_bytes()
