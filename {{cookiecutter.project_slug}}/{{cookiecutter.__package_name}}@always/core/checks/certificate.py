"""The check of the TLS certificate."""

import ssl
from collections.abc import Iterator

from flask import Flask

from .. import certificate, services
from ..anomalies import Anomalies
from ..clock import now
from ..diagnostics import Finding
from ..settings import ActiveSettings, Settings


def invalid(app: Flask) -> Iterator[Finding]:
    """Report a certificate that is missing, made for development, invalid for a host, or about to expire."""
    active_settings = services.get(app, ActiveSettings)
    settings = active_settings[Settings]
    if not settings.server_tls:
        return  # the proxy has the certificate
    (chain, key), hint = certificate.paths(active_settings), certificate.install_hint(active_settings)
    if settings.production and key.with_name("ca-key.pem").exists():
        yield Finding(f"{chain} is signed by the development CA", hint)
    expiry = None
    for host in settings.server_allowed_hosts:
        try:
            expiry = certificate.expiry(active_settings, host.strip("[]"))
        except ssl.SSLCertVerificationError as error:
            yield Finding(f"{chain} is not valid for {host}: {error.verify_message}", hint)
        except (OSError, ssl.SSLError) as error:
            yield Finding(f"cannot use {chain} with {key}: {error}", hint)
            return
    days = None if expiry is None else (expiry - now()).days
    if days is not None and days <= services.get(app, Anomalies)["certificate_expiry"].limit:
        yield Finding(f"{chain} expires in {days} days", f"renew it: {hint}", "warning")
