"""Does the certificate hold. It is tried as a client would: a handshake in memory, for each of our hosts."""

import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flask import Flask

from ..findings import Finding
from ..settings import InForce, Settings

DAYS_LEFT = 14
MAKE = "`make certs` makes one for development; in production install one that names the host"


def sound(app: Flask) -> Iterator[Finding]:
    """Find a certificate that is missing, made for development, of another host, or about to end."""
    in_force: InForce = app.extensions["settings"]
    settings = in_force[Settings]
    if not settings.server_tls:
        return  # the proxy has it
    chain, key = in_force.root / settings.server_certificate, in_force.root / settings.server_certificate_key
    if settings.production and key.with_name("ca-key.pem").exists():
        yield Finding(f"{chain} is signed by the development CA", "install a certificate that clients trust")
    until: float | None = None
    for host in settings.server_hosts:
        try:
            until = _ends(chain, key, host.strip("[]"))
        except ssl.SSLCertVerificationError as error:
            yield Finding(f"for {host}: {error.verify_message}", MAKE)
        except (OSError, ssl.SSLError) as error:
            yield Finding(f"{chain} and {key} do not work: {error}", MAKE)
            return
    days = None if until is None else int((until - time.time()) // 86400)
    if days is not None and days < DAYS_LEFT:
        yield Finding(f"{chain} ends in {days} days", "renew it; `make certs` does for development", grave=False)


def _ends(chain: Path, key: Path, host: str) -> float:
    """Return when the certificate ends, in seconds since the epoch; raises what a client of ``host`` would."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, key)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # The certificate vouches for itself here: whether clients trust its CA is theirs to know.
    client.load_verify_locations(chain)
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=host)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (asking, answering, asking, answering):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    certificate = asking.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(certificate["notAfter"]))
