"""Whether the TLS handshake of the service resists quantum computers, and what ``flask doctor`` reports about it."""

import socket
import struct
from collections.abc import Callable
from contextlib import closing
from types import ModuleType

import pytest
from flask import Flask

from tests.core.live_server import HOST, Served

X25519, X25519MLKEM768 = 0x001D, 0x11EC
HANDSHAKE = 22  # the type of a TLS record; that of an alert is 21


def offers(served: Served, group: int) -> bool:
    """Return whether the service asks a client that supports only this group for its key share."""
    with closing(socket.create_connection((HOST, served.port), timeout=10)) as connection:
        connection.sendall(client_hello(group))
        return connection.recv(1)[0] == HANDSHAKE


def client_hello(group: int) -> bytes:
    """Return a TLS 1.3 ClientHello for localhost without a key share (RFC 8446, section 4.1.2)."""
    extensions = {
        0: vector(b"\x00" + vector(b"localhost")),  # server_name
        10: vector(struct.pack(">H", group)),  # supported_groups
        13: vector(bytes.fromhex("040308040401")),  # signature_algorithms
        43: vector(b"\x03\x04", 1),  # supported_versions: TLS 1.3
        51: vector(b""),  # key_share
    }
    encoded = b"".join(struct.pack(">H", kind) + vector(data) for kind, data in extensions.items())
    ciphers, compression = vector(b"\x13\x01\x13\x02"), b"\x01\x00"
    body = b"\x03\x03" + bytes(32) + vector(bytes(32), 1) + ciphers + compression + vector(encoded)
    return b"\x16\x03\x01" + vector(b"\x01" + vector(body, 3))


def vector(data: bytes, size: int = 2) -> bytes:
    """Return data after its length."""
    return len(data).to_bytes(size) + data


@pytest.mark.control("T6")
def test_doctor_reports_whether_the_handshake_resists_quantum_computers(
    served: Served, service: ModuleType, make_app: Callable[..., Flask]
) -> None:
    findings = " ".join(map(str, service.core.checks.exposure.proxies(make_app())))
    assert offers(served, X25519)
    assert offers(served, X25519MLKEM768) != ("does not offer X25519MLKEM768" in findings)
