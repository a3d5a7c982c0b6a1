"""The proxies pass on chunked bodies and streams, and slow clients do not delay others."""

import subprocess
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.deployment.proxies import PROXIES
from tests.deployment.upstream import Deployment
from tests.programs import program
from tests.services import Service

pytestmark = pytest.mark.install


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
