"""Checks of the connection: TLS only, and security headers on every response."""

import contextlib
import socket
import ssl

from tests.services import Service
from tests.smoke.checks import Checks

VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "",
    "permissions-policy": "",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-request-id": "",
}


def check(service: Service, expect: Checks) -> None:
    """Run the checks."""
    for name, version in VERSIONS.items():
        expect(f"a {name} handshake", handshake(service, version), name)
    expect("plain HTTP is never served", plain(service).split(b"\r\n")[0][9:10] == b"2", False)

    with service.client() as client:
        for path, status in (("/healthz", 200), ("/api/v1/me", 401), ("/nowhere", 404)):
            answer = client.get(path)
            expect(f"status of {path}", answer.status_code, status)
            banner = answer.headers.get("server", "")
            expect(f"no version on {path}", any(map(str.isdigit, banner)), False)
            for header, word in HEADERS.items():
                expect(f"{header} on {path}", word in answer.headers.get(header, "missing"))


def handshake(service: Service, version: ssl.TLSVersion) -> str | None:
    """Return the TLS version negotiated by a client that supports only this one."""
    context = service.authority
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("localhost", service.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        return secured.version()


def plain(service: Service) -> bytes:
    """Return the response to a request without TLS."""
    received = b""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("localhost", service.port), timeout=2) as connection,
    ):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while part := connection.recv(4096):
            received += part
    return received
