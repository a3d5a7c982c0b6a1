"""Does the certificate hold, for each of our hosts."""

import ssl
import time
from collections.abc import Iterator

from flask import Flask

from .. import services
from ..anomalies import Anomalies
from ..certificate import advice, ends
from ..diagnostics import Finding
from ..settings import ActiveSettings, Settings


def sound(app: Flask) -> Iterator[Finding]:
    """Find a certificate that is missing, made for development, of another host, or about to end."""
    active_settings = services.get(app, ActiveSettings)
    settings = active_settings[Settings]
    if not settings.server_tls:
        return  # the proxy has it
    chain, key = (
        active_settings.root / settings.server_certificate,
        active_settings.root / settings.server_certificate_key,
    )
    if settings.production and key.with_name("ca-key.pem").exists():
        yield Finding(f"{chain} is signed by the development CA", "install a certificate that clients trust")
    until: float | None = None
    for host in settings.server_allowed_hosts:
        try:
            until = ends(chain, key, host.strip("[]"))
        except ssl.SSLCertVerificationError as error:
            yield Finding(f"for {host}: {error.verify_message}", advice(settings))
        except (OSError, ssl.SSLError) as error:
            yield Finding(f"{chain} and {key} do not work: {error}", advice(settings))
            return
    days = None if until is None else int((until - time.time()) // 86400)
    if days is not None and days <= services.get(app, Anomalies)["certificate_expiry"].limit:
        yield Finding(f"{chain} ends in {days} days", f"renew it: {advice(settings)}", severity="warning")
