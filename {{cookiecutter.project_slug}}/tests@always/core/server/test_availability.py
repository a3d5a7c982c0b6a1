"""One address cannot make the service slow for others, with the default settings."""

import socket
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from flask import Flask

from tests.core.live_server import HOST, Served, serving
from tests.core.package import core

ROUNDS = 5
BOUND = 0.2  # seconds
ATTEMPTS = 6  # other processes of a test run can disturb some
BODIES = core.request.slots.SLOTS // 2  # anonymous slow bodies of one address


@pytest.fixture
def served(app: Flask, environ: dict[str, str], certificate: Path, tmp_path: Path) -> Iterator[Served]:
    """The service behind a proxy, which reports the address of each client."""
    proxied = {**environ, "APP_SERVER_TLS": "false", "APP_SERVER_TRUSTED_PROXIES": "1"}
    with serving(proxied, tmp_path, certificate / "ca.pem", "tests.core.server.slow_views") as running:
        yield running


def head(address: str, line: str, *lines: str) -> bytes:
    """Return the beginning of a request as the proxy passes it on."""
    forwarded = (f"X-Forwarded-For: {address}", "X-Forwarded-Proto: https")
    return "\r\n".join([f"{line} HTTP/1.1", "Host: localhost", *forwarded, *lines, "", ""]).encode()


def seconds(connection: socket.socket, request: bytes) -> float:
    """Send a request and return the time to its response, which must be 200."""
    started = time.monotonic()
    connection.sendall(request)
    assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    return time.monotonic() - started


def medians(served: Served, probes: dict[str, bytes], network: str) -> dict[str, float]:
    """Return the median time of each request while an address of the network starts as many slow ones as it may."""
    allowed = core.settings.Settings.limits_address.amount
    times: dict[str, list[float]] = {path: [] for path in probes}
    for number in range(ROUNDS):
        address = f"{network}.{number}"
        unfinished = head(address, "POST /api/v1/probes", "Content-Type: application/json", "Content-Length: 500")
        with ExitStack() as stack:

            def connect() -> socket.socket:
                return stack.enter_context(closing(socket.create_connection((HOST, served.port), timeout=10)))

            bodies = [connect() for _ in range(BODIES)]
            slow = [connect() for _ in range(allowed - len(bodies))]
            others = {path: connect() for path in probes}
            for path, connection in others.items():
                seconds(connection, probes[path])
            for connection in bodies:
                connection.sendall(unfinished + b"{")
            for connection in slow:
                connection.sendall(head(address, "GET /slow"))
            for path, connection in others.items():
                times[path].append(seconds(connection, probes[path]))
            statuses = Counter(connection.recv(65536)[9:12] for connection in slow)
        assert statuses.keys() == {b"200", b"429"}
    return {path: statistics.median(found) for path, found in times.items()}


@pytest.mark.control("R7")
def test_other_addresses_are_served_while_one_starts_as_many_slow_requests_as_it_may(
    served: Served, credential: list[str]
) -> None:
    probes = {
        "/healthz": head("192.0.2.1", "GET /healthz"),
        "/api/v1/me": head("192.0.2.1", "GET /api/v1/me", *credential),
    }
    found = []
    for attempt in range(ATTEMPTS):
        found.append(medians(served, probes, f"198.51.{attempt}"))
        if max(found[-1].values()) < BOUND:
            return
    pytest.fail(f"longer than {BOUND} s: {found}")
