"""The certificate that the service answers with, tried as a client would: by a handshake in memory."""

import ssl
from contextlib import suppress
from pathlib import Path

from .settings import ActiveSettings, ConfigurationError, Settings

_NO_CHECK_TIME = 0x200000  # of OpenSSL, which the standard library does not name


def served(chain: Path, key: Path) -> ssl.SSLContext:
    """Return what a server answers with. Raises ``OSError`` where the two files do not work together.

    A key under a password is one that does not work: nobody is there to be asked for it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key, password=lambda: "")
    return context


def installed(active_settings: ActiveSettings) -> tuple[Path, Path]:
    """Return the certificate chain that the settings name, and its key.

    Raises ``StartRefused`` where they do not work. Only what listens needs them: other commands may come first.
    """
    settings, root = active_settings[Settings], active_settings.root
    chain, key = root / settings.server_certificate, root / settings.server_certificate_key
    for path in (chain, key):
        if not path.is_file():
            raise ConfigurationError(f"{path} does not exist: {advice(settings)}.")
    try:
        served(chain, key)
    except OSError as error:
        raise ConfigurationError(f"{chain} and {key} do not work, as PEM without a password: {error}.") from error
    return chain, key


def advice(settings: Settings) -> str:
    """Return what gives the service a certificate."""
    if settings.production:
        return "install one that names the host and that clients trust, as `certificate` and `certificate_key`"
    return "`make certs` makes one for development"


def ends(chain: Path, key: Path, host: str | None) -> float:
    """Return when a certificate ends, in seconds since the epoch; raises what a client of ``host`` would.

    Without a host neither its names nor its time are looked at. Raises ``OSError`` where the two files do not work.
    """
    server = served(chain, key)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # The certificate vouches for itself here: whether clients trust its CA is theirs to know.
    client.load_verify_locations(chain)
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if host is None:
        client.check_hostname = False
        client.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=host)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (asking, answering, asking, answering):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    certificate = asking.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(certificate["notAfter"]))
