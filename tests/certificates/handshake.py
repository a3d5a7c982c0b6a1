"""A TLS handshake with the certificates of a folder."""

import ssl
from contextlib import suppress
from pathlib import Path

TOOLS = ["openssl", "cryptography"]
FILES = {"ca.pem", "ca-key.pem", "server.pem", "server-key.pem"}


def handshake(ca: Path, chain: Path, key: Path, name: str) -> None:
    """Run a TLS handshake in memory with a strict client; raises ``ssl.SSLError``."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(chain, key)
    client_context = ssl.create_default_context(cafile=ca)
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13 on
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    client.do_handshake()
