"""The shipped configurations of Caddy and nginx, in front of a real service."""

import json
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.conftest import Bake
from tests.deployment.proxies import PROXIES, Proxy, caddy_with_acme, is_listening
from tests.programs import program
from tests.services import UV, Service, free_port

pytestmark = pytest.mark.install
X25519MLKEM768 = 0x11EC
HELLO_RETRY_REQUEST = bytes.fromhex(
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"  # RFC 8446, section 4.1.3
)


class Upstream(Service):
    """A service without TLS, behind one proxy."""

    def wait_for_port(self) -> None:
        """Wait until it listens."""
        while not is_listening(self.port):
            assert self.process.poll() is None, self.log.read_text("utf-8")


@dataclass(frozen=True)
class Deployment:
    """A service behind a proxy."""

    service: Service
    proxy: Proxy
    key: str

    def client(self, address: str = "127.0.0.1") -> httpx.Client:
        """Return a client that connects from this address."""
        return httpx.Client(
            base_url=f"https://localhost:{self.proxy.port}",
            transport=httpx.HTTPTransport(
                verify=ssl.create_default_context(cafile=self.proxy.authority),
                local_address=address,
            ),
            timeout=30,
        )

    @contextmanager
    def connection(self) -> Iterator[ssl.SSLSocket]:
        """Yield a TLS connection to the proxy."""
        context = ssl.create_default_context(cafile=self.proxy.authority)
        plain = socket.create_connection(("127.0.0.1", self.proxy.port), timeout=30)
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            yield connection

    def send(self, data: bytes) -> bytes:
        """Send bytes and return the response until the proxy closes the connection."""
        with self.connection() as connection:
            connection.sendall(data)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def requests(self, last: httpx.Response) -> list[dict[str, object]]:
        """Return the lines of the access log up to that of the response ``last``.

        The service queues these lines: the one of a response is written some milliseconds later.
        """
        end = time.monotonic() + 10
        while time.monotonic() < end:
            lines = self.service.log.read_text("utf-8").splitlines(keepends=True)
            records = [json.loads(line) for line in lines if line[0] == "{" and line[-1] == "\n"]
            found = [record for record in records if record["event"] == "request"]
            ids = [record["request_id"] for record in found]
            if (own := last.headers["X-Request-ID"]) in ids:
                return found[: ids.index(own) + 1]
            time.sleep(0.05)
        raise AssertionError(f"no line has the id of {last}")


@pytest.fixture(scope="module")
def upstream(bake: Bake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, str]]:
    """A service and a key of it."""
    folder = Path(shutil.copytree(bake({}), tmp_path_factory.mktemp("upstream") / "acme-api"))
    settings = {
        "APP_LOG_FORMAT": "json",
        "APP_SERVER_ALLOWED_HOSTS": "localhost, api.example.com",
        "APP_SERVER_PORT": str(free_port()),
        "APP_SERVER_TLS": "false",
        "APP_SERVER_TRUSTED_PROXIES": "1",
    }
    command = ("flask", "serve")
    subprocess.run(["uv", "run", "--quiet", "flask", "db", "upgrade"], cwd=folder, check=True)
    service = Upstream(folder, settings, folder / "service.log", command)
    try:
        service.wait_for_port()
        create = (
            "keys",
            "create",
            "--name",
            "test",
            "--scopes",
            "items:read items:write",
            "--json",
        )
        yield service, json.loads(service.flask(*create))["key"]
    finally:
        service.stop()


@pytest.fixture(scope="module", params=PROXIES)
def deployment(
    request: pytest.FixtureRequest,
    upstream: tuple[Service, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    """The service behind each proxy."""
    service, key = upstream
    folder = tmp_path_factory.mktemp(request.param)
    with PROXIES[request.param](service.folder, f"127.0.0.1:{service.port}", folder) as proxy:
        yield Deployment(service, proxy, key)


def test_the_client_address_cannot_be_forged(deployment: Deployment) -> None:
    """The log line contains the address of the connection."""
    forged = {"X-Forwarded-For": "203.0.113.5", "X_Forwarded_For": "203.0.113.6"}
    with deployment.client("127.0.0.9") as client:
        response = client.get("/api/v1/me", headers={"X-API-Key": deployment.key, **forged})
    assert response.status_code == 200
    assert deployment.requests(response)[-1]["address"] == "127.0.0.9"


def test_the_underscore_form_of_a_credential_does_not_reach_the_service(
    deployment: Deployment,
) -> None:
    """It neither authenticates nor replaces the real header."""
    with deployment.client() as client:
        response = client.get("/api/v1/me", headers={"X_API_Key": deployment.key})
        both = {"X-API-Key": deployment.key, "X_API_Key": "wrong"}
        assert client.get("/api/v1/me", headers=both).status_code == 200
    assert response.status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "/unreached HTTP/1.1\r\nHost: evil.example",
        "https://evil.example/unreached HTTP/1.1\r\nHost: localhost",
    ],
)
def test_another_host_is_refused_by_the_proxy(deployment: Deployment, target: str) -> None:
    """In the Host header and in an absolute target; the service receives no request."""
    response = deployment.send(f"GET {target}\r\nConnection: close\r\n\r\n".encode())
    assert response.startswith(b"HTTP/1.1 421 ")
    with deployment.client() as client:
        later = client.get("/healthz")
    assert "/unreached" not in {line["path"] for line in deployment.requests(later)}


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/me", "/missing"])
def test_hsts_is_sent_exactly_once(deployment: Deployment, path: str) -> None:
    """Also on errors."""
    with deployment.client() as client:
        values = client.get(path).headers.get_list("Strict-Transport-Security")
    assert values == ["max-age=31536000; includeSubDomains"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_plain_http_is_refused_and_not_redirected(deployment: Deployment, method: str) -> None:
    """A credential in clear text fails visibly."""
    response = httpx.request(
        method,
        f"http://127.0.0.1:{deployment.proxy.plain_port}/api/v1/me",
        headers={"X-API-Key": deployment.key},
    )
    assert response.status_code == 403
    assert "Location" not in response.headers


def test_headers_larger_than_16_kb_are_refused(deployment: Deployment) -> None:
    """Smaller ones reach the service."""
    with deployment.client() as client:
        assert client.get("/healthz", headers={"X-Note": "x" * 12_000}).status_code == 200
        assert 400 <= client.get("/healthz", headers={"X-Note": "x" * 24_000}).status_code < 500


@pytest.mark.parametrize(
    "beginning",
    [
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST /api/v1/items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000\r\n\r\n{",
    ],
    ids=["headers", "bodies"],
)
def test_slow_clients_do_not_delay_others(deployment: Deployment, beginning: bytes) -> None:
    """While 200 clients have sent a part of their request."""
    with ExitStack() as open_connections, deployment.client("127.0.0.2") as client:
        for _ in range(200):
            connection = open_connections.enter_context(deployment.connection())
            connection.sendall(beginning)
        for _ in range(10):
            assert client.get("/healthz").status_code == 200


def test_a_chunked_body_reaches_the_service(deployment: Deployment) -> None:
    """Many clients send JSON without a length."""
    with deployment.client() as client:
        response = client.post(
            "/api/v1/items",
            content=iter([b'{"name": ', b'"tea"}']),
            headers={"X-API-Key": deployment.key, "Content-Type": "application/json"},
        )
    assert response.status_code == 201


def test_a_body_without_a_length_over_http_2_reaches_the_service(deployment: Deployment) -> None:
    """HTTP/2 needs no length; the proxy passes the body on in chunks."""
    headers = (f"X-API-Key: {deployment.key}", "Content-Type: application/json")
    done = subprocess.run(
        [
            *(program("curl"), "-sS", "--http2", "-X", "POST", "-T", "-"),
            *("--cacert", str(deployment.proxy.authority), "-w", "\n%{http_code} %{http_version}"),
            *(part for header in headers for part in ("-H", header)),
            f"https://localhost:{deployment.proxy.port}/api/v1/items",
        ],
        input='{"name": "tea"}',
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[-1] == "201 2", done.stderr


class Events(BaseHTTPRequestHandler):
    """A service with a stream: it sends the second event when the client has received the first."""

    received = threading.Event()

    def do_GET(self) -> None:
        """Send two events; the path does not matter."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("X-Accel-Buffering", "no")
        self.end_headers()
        if self.path != "/readyz":
            self.wfile.write(b"data: 1\n\n")
            self.wfile.flush()
            self.wfile.write(b"data: %d\n\n" % self.received.wait(20))

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy_passes_on_each_event_of_a_stream(
    upstream: tuple[Service, str], tmp_path: Path, name: str
) -> None:
    """It does not wait for the end of the response."""
    Events.received.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Events)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"127.0.0.1:{server.server_port}"
    try:
        with PROXIES[name](upstream[0].folder, address, tmp_path) as proxy:
            client = Deployment(upstream[0], proxy, "").client()
            with client, client.stream("GET", "/events") as response:
                events = response.iter_lines()
                assert next(events) == "data: 1"
                Events.received.set()
                assert [line for line in events if line] == ["data: 1"]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
