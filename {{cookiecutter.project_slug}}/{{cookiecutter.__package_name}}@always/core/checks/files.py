"""Checks of the secrets and the certificate, and of who can read the files that contain them."""

import os
import ssl
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from .. import certificate, services
from ..anomalies import Anomalies
from ..clock import now
from ..database import engine
from ..diagnostics import Finding
from ..settings import ActiveSettings, Settings
from ..settings.fields import GENERATE_HINT, Secret

GROUP_AND_OTHERS = 0o077
# The container runtime and systemd, not the modes, control who can read the files in these folders.
PROVIDED = (Path("/run/secrets"), Path("/run/credentials"))


def reused_secrets(app: Flask) -> Iterator[Finding]:
    """Report secrets with the same value: a leak of one is a leak of all of them."""
    active_settings = services.get(app, ActiveSettings)
    variables: dict[str, list[str]] = {}
    for name, value in active_settings.values.items():
        if value and isinstance(active_settings.fields[name].metadata["field"], Secret):
            variables.setdefault(value, []).append(f"APP_{name.upper()}")
    for names in variables.values():
        if len(names) > 1:
            yield Finding(f"{' and '.join(names)} have the same value", GENERATE_HINT)


def readable_by_others(app: Flask) -> Iterator[Finding]:
    """Report files with secrets, and a database file, that other users can read."""
    if os.name == "nt":
        return  # Windows has access control lists instead of modes
    active_settings = services.get(app, ActiveSettings)
    settings, (_, key) = active_settings[Settings], certificate.paths(active_settings)
    files = {active_settings.root / ".env", key, key.with_name("ca-key.pem")}
    files |= {Path(each.source) for each in active_settings.raw.values() if Path(each.source).is_absolute()}
    for path in sorted(files):
        provided = any(map(path.is_relative_to, PROVIDED))
        if not provided and path.is_file() and path.stat().st_mode & GROUP_AND_OTHERS:
            yield Finding(f"other users can read {path}", f"`chmod 600 {path}`")
    file = engine.file_of(settings.database_url)
    if file and file.is_file() and all(path.stat().st_mode & GROUP_AND_OTHERS for path in (file, file.parent)):
        message, hint = f"other users can read the database {file}", f"`chmod 700 {file.parent}`"
        yield Finding(message, hint, "error" if settings.production else "warning")


def invalid_certificate(app: Flask) -> Iterator[Finding]:
    """Report a certificate that is missing, made for development, invalid for a host, or about to expire."""
    active_settings = services.get(app, ActiveSettings)
    settings = active_settings[Settings]
    if not settings.server_tls:
        if settings.production:
            message = "the proxy has the certificate, which cannot be checked from here"
            yield Finding(message, "probe it from outside, as ops/README.md describes", "warning")
        return
    (chain, key), hint = certificate.paths(active_settings), certificate.install_hint(active_settings)
    if settings.production and key.with_name("ca-key.pem").exists():
        yield Finding(f"{chain} is signed by the development CA", hint)
    validity = None
    for host in settings.server_allowed_hosts:
        try:
            validity = certificate.validity(active_settings, host.strip("[]"))
        except ssl.SSLCertVerificationError as error:
            yield Finding(f"{chain} is not valid for {host}: {error.verify_message}", hint)
        except (OSError, ssl.SSLError) as error:
            yield Finding(f"cannot use {chain} with {key}: {error}", hint)
            return
    if validity and validity.ends_soon(now(), services.get(app, Anomalies)["certificate_expiry"].limit):
        left = f"in {(validity.end - now()).days} days, at {validity.end:%Y-%m-%d %H:%M} UTC"
        yield Finding(f"{chain} expires {left}", f"renew it: {hint}", "warning")
