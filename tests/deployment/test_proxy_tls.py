"""TLS of the proxies and of the service has no known weakness, and certificates are renewed."""

import socket
import ssl
import struct
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests.deployment.proxies import PROXIES, Proxy, caddy_with_acme
from tests.deployment.upstream import Deployment, Upstream
from tests.services import UV, Service, free_port

pytestmark = pytest.mark.install
X25519MLKEM768 = 0x11EC
HELLO_RETRY_REQUEST = bytes.fromhex(
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"  # RFC 8446, section 4.1.3
)


def test_sslyze_finds_no_weakness_in_a_proxy(deployment: Deployment) -> None:
    """With Mozilla's intermediate profile: TLS 1.2 and 1.3."""
    sslyze(deployment.proxy, "intermediate")


@pytest.mark.parametrize(("minimum", "profile"), [("1.2", "intermediate"), ("1.3", "modern")])
def test_sslyze_finds_no_weakness_in_the_service(
    upstream: tuple[Service, str], tmp_path: Path, minimum: str, profile: str
) -> None:
    """Mozilla's modern profile has TLS 1.3 only."""
    folder, port = upstream[0].folder, free_port()
    settings = {"APP_SERVER_PORT": str(port), "APP_SERVER_TLS_MINIMUM": minimum}
    service = Upstream(folder, settings, tmp_path / "service.log", ("flask", "serve"))
    try:
        service.wait_for_port()
        sslyze(Proxy(port, 0, folder / "certs/ca.pem"), profile)
    finally:
        service.stop()


def sslyze(proxy: Proxy, profile: str) -> None:
    """Scan a server with sslyze, and compare it with a profile of Mozilla."""
    # It is not installed with the tests, because its wheel contains a package ``tests``.
    command = [UV, "tool", "run", "sslyze>=6,<7", "--mozilla_config", profile]
    command += ["--certinfo_ca_file", str(proxy.authority), f"localhost:{proxy.port}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"localhost:{proxy.port}: OK - Compliant." in done.stdout
    assert "VULNERABLE" not in done.stdout


def test_caddy_obtains_and_renews_its_certificate_without_a_failed_request(
    upstream: tuple[Service, str], tmp_path: Path
) -> None:
    """From an ACME server, with the options in the Caddyfile; also connections that stay open."""
    service, key = upstream
    serials: set[str] = set()
    with caddy_with_acme(service.folder, f"127.0.0.1:{service.port}", tmp_path) as proxy:

        def client() -> httpx.Client:
            context = ssl.create_default_context(cafile=proxy.authority)
            headers = {"Host": proxy.name, "X-API-Key": key}
            url = f"https://127.0.0.1:{proxy.port}"
            return httpx.Client(base_url=url, headers=headers, verify=context, timeout=30)

        def call(client: httpx.Client) -> str:
            response = client.get("/api/v1/me", extensions={"sni_hostname": proxy.name})
            assert response.status_code == 200, response.text
            connection = response.extensions["network_stream"].get_extra_info("ssl_object")
            return str(connection.getpeercert()["serialNumber"])

        deadline = time.monotonic() + 20
        with client() as kept:
            first = call(kept)
            while len(serials) < 3 and time.monotonic() < deadline:
                with client() as new:
                    serials.add(call(new))
                assert call(kept) == first
                time.sleep(0.1)
    assert len(serials) == 3


def test_caddy_offers_a_key_exchange_that_resists_quantum_computers(
    upstream: tuple[Service, str], tmp_path: Path
) -> None:
    """A client that offers only X25519MLKEM768, without a key share, is asked for one."""
    service, _ = upstream
    with (
        PROXIES["caddy"](service.folder, f"127.0.0.1:{service.port}", tmp_path) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as connection,
    ):
        connection.sendall(client_hello("localhost", X25519MLKEM768))
        hello = connection.recv(4096)
    assert hello[0] == 22  # a handshake message, not an alert
    assert HELLO_RETRY_REQUEST in hello
    assert struct.pack(">HHH", 51, 2, X25519MLKEM768) in hello  # key_share: the selected group


def client_hello(host: str, group: int) -> bytes:
    """Return a TLS 1.3 ClientHello that supports this group only (RFC 8446, section 4.1.2)."""

    def vector(data: bytes, size: int = 2) -> bytes:
        return len(data).to_bytes(size) + data

    extensions = {
        0: vector(b"\x00" + vector(host.encode())),  # server_name
        10: vector(struct.pack(">H", group)),  # supported_groups
        13: vector(bytes.fromhex("040308040401")),  # signature_algorithms
        43: vector(b"\x03\x04", 1),  # supported_versions: TLS 1.3
        51: vector(b""),  # key_share
    }
    body = (
        b"\x03\x03"
        + bytes(32)
        + vector(bytes(32), 1)
        + vector(b"\x13\x01\x13\x02")
        + vector(b"\x00", 1)
        + vector(
            b"".join(struct.pack(">H", kind) + vector(data) for kind, data in extensions.items())
        )
    )
    return b"\x16\x03\x01" + vector(b"\x01" + vector(body, 3))
