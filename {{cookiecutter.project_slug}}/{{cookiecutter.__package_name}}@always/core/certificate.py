"""The TLS certificate of the service, verified as a client would verify it: by a handshake in memory."""

import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from .settings import ActiveSettings, ConfigurationError, Settings

MAX_NOTICE = timedelta(days=30)
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which the ssl module does not name


def paths(active_settings: ActiveSettings) -> tuple[Path, Path]:
    """Return the paths of the certificate chain and its private key."""
    settings, root = active_settings[Settings], active_settings.root
    return root / settings.server_certificate, root / settings.server_certificate_key


def load(active_settings: ActiveSettings) -> ssl.SSLContext:
    """Return a server context with the certificate.

    Raises ``ConfigurationError`` if a file is missing or invalid. Only servers call this: other commands need no files.
    """
    chain, key = paths(active_settings)
    for path in (chain, key):
        if not path.is_file():
            raise ConfigurationError(f"{path} does not exist: {install_hint(active_settings)}.")
    try:
        return _context(chain, key)
    except OSError as error:
        raise ConfigurationError(
            f"{chain} and {key} are not a certificate and its key in PEM format without a password: {error}."
        ) from error


def install_hint(active_settings: ActiveSettings) -> str:
    """Return how to get a certificate."""
    if active_settings[Settings].production:
        return "install one that names the host and that clients trust, as `certificate` and `certificate_key`"
    return "run `make certs` to create one for development"


class Validity(NamedTuple):
    """When the validity of a certificate begins and ends, in UTC."""

    start: datetime
    end: datetime

    def ends_soon(self, time: datetime, share: float) -> bool:
        """Return whether less than this share of the lifetime and less than ``MAX_NOTICE`` remain."""
        return self.end - time <= min((self.end - self.start) * share, MAX_NOTICE)


def validity(active_settings: ActiveSettings, host: str | None = None) -> Validity:
    """Return the validity of the certificate.

    Raises ``OSError`` if a file is missing or invalid. With a ``host``, also raises ``ssl.SSLCertVerificationError`` if
    the certificate is not valid now or not for this host. The CA is not verified: this machine need not trust it.
    """
    chain, key = paths(active_settings)
    server, client = _context(chain, key), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(chain)
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if host is None:
        client.check_hostname = False
        client.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client_end = client.wrap_bio(to_client, to_server, server_hostname=host)
    server_end = server.wrap_bio(to_server, to_client, server_side=True)
    for end in (client_end, server_end, client_end, server_end):
        with suppress(ssl.SSLWantReadError):
            end.do_handshake()
    certificate = client_end.getpeercert() or {}
    seconds = (ssl.cert_time_to_seconds(str(certificate[name])) for name in ("notBefore", "notAfter"))
    return Validity(*(datetime.fromtimestamp(each, UTC) for each in seconds))


def _context(chain: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # The callback prevents a prompt for the password of an encrypted key.
    context.load_cert_chain(chain, key, password=lambda: "")
    return context
