"""What only a real connection shows: TLS, plain HTTP, framing."""

import json
import socket
import ssl
from contextlib import closing
from types import ModuleType

import pytest

from tests.core.live_server import HOST, Served, read_all


@pytest.mark.control("T1")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_offered_with_forward_secrecy(served: Served, version: ssl.TLSVersion) -> None:
    context = served.trusting()
    context.minimum_version = context.maximum_version = version
    with closing(served.connect(context)) as connection:
        cipher = connection.cipher()
    assert cipher is not None
    assert cipher[1] == version.name.replace("_", ".")
    assert cipher[0].startswith(("TLS_", "ECDHE"))


@pytest.mark.control("T1")
def test_tls_1_3_is_preferred(served: Served) -> None:
    with closing(served.connect()) as connection:
        assert connection.version() == "TLSv1.3"


@pytest.mark.control("T1")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("ciphers", ["AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA", "DHE-RSA-AES128-SHA"])
def test_cbc_and_static_rsa_are_rejected(served: Served, ciphers: str) -> None:
    context = served.trusting()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        served.connect(context)


@pytest.mark.control("T1")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_tls_before_1_2_is_rejected(served: Served, version: ssl.TLSVersion) -> None:
    context = served.trusting()
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        served.connect(context)


@pytest.mark.control("T2", "T3")
@pytest.mark.parametrize("line", ["GET /healthz", "GET /api/v1/probes", "POST /api/v1/probes"])
def test_plain_http_gets_no_http_response(served: Served, service: ModuleType, line: str) -> None:
    header = f"{service.core.auth.backend.CREDENTIAL_HEADER}: k"
    with closing(socket.create_connection((HOST, served.port), timeout=10)) as connection:
        connection.sendall(f"{line} HTTP/1.1\r\nHost: localhost\r\n{header}\r\nContent-Length: 0\r\n\r\n".encode())
        response = read_all(connection)
    assert not response.startswith(b"HTTP/")
    assert b"ocation:" not in response


@pytest.mark.control("T5")
def test_the_certificate_is_valid_for_localhost_only(served: Served) -> None:
    served.connect().close()
    served.connect(name="127.0.0.1").close()
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        served.connect(name="example.org")
    with pytest.raises(ssl.SSLCertVerificationError):
        served.connect(ssl.create_default_context(cadata=None))


@pytest.mark.control("H1")
def test_http_2_is_not_offered(served: Served) -> None:
    """In HTTP/2, a body needs no length, and the server does not notice that a client has disconnected."""
    context = served.trusting()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with closing(served.connect(context)) as connection:
        assert connection.selected_alpn_protocol() == "http/1.1"


@pytest.mark.control("I2")
def test_a_header_that_is_too_large_is_rejected(served: Served) -> None:
    response = served.send("GET /healthz HTTP/1.1", "Host: localhost", "X-Large: " + "a" * 70_000)
    assert not response.startswith(b"HTTP/1.1 2")


@pytest.mark.control("I2")
def test_a_body_shorter_than_its_content_length_is_not_accepted(served: Served) -> None:
    with closing(served.connect()) as connection:
        connection.sendall(b"POST /api/v1/probes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{}")
        connection.settimeout(2)
        try:
            response = connection.recv(65536)
        except OSError:
            response = b""
    assert not response.startswith(b"HTTP/1.1 2")


@pytest.mark.control("H3", "E1")
def test_a_request_without_a_host_is_rejected(served: Served) -> None:
    response = served.send("GET /api/v1/me HTTP/1.0")
    assert response.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))


@pytest.mark.control("H3")
@pytest.mark.parametrize(
    ("target", "hosts", "status"),
    [
        ("https://localhost/openapi.json", (), b"200"),
        ("https://LOCALHOST:8443/openapi.json", (), b"200"),
        ("https://evil.example/openapi.json", (), b"400"),
        ("https://ada:secret@localhost/openapi.json", (), b"400"),
        ("https://localhost@evil.example/openapi.json", (), b"400"),
        ("https://localhost/openapi.json", ("evil.example",), b"400"),
        ("/openapi.json", ("localhost", "evil.example"), b"400"),
        ("/openapi.json", ("localhost, evil.example",), b"400"),
    ],
)
def test_the_host_of_the_target_and_of_the_header_are_checked(
    served: Served, target: str, hosts: tuple[str, ...], status: bytes
) -> None:
    lines = [f"Host: {host}" for host in hosts]
    response = served.send(f"GET {target} HTTP/1.1", *lines, "Connection: close")
    assert response.startswith(b"HTTP/1.1 " + status)
    assert b"evil.example" not in response


@pytest.mark.control("E2")
def test_no_version_is_disclosed(served: Served) -> None:
    response = served.send("GET /healthz HTTP/1.1", "Host: localhost", "Connection: close").decode().lower()
    head = response.partition("\r\n\r\n")[0]
    servers = [line for line in head.splitlines() if line.startswith(("server:", "x-powered-by:"))]
    assert not [line for line in servers if any(character.isdigit() for character in line)]


@pytest.mark.control("L3")
def test_start_and_stop_are_events_and_every_line_is_json(served: Served) -> None:
    served.send("GET /healthz HTTP/1.1", "Host: localhost", "Connection: close")
    lines = [json.loads(line) for line in served.output.read_text().splitlines()]
    assert "sys_startup" in {line["event"] for line in lines}
    assert all(line["time"].endswith("Z") for line in lines)
