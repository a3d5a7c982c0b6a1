"""``flask metrics serve``: its addresses, and clients that do not use TLS."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import ModuleType
from urllib.request import Request, urlopen

import pytest
from flask import Flask

from tests.core.live_server import free_port, read_all

MakeApp = Callable[..., Flask]


def has_ipv6() -> bool:
    """Return whether this machine supports IPv6."""
    with suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


@contextmanager
def listening(service: ModuleType, app: Flask) -> Iterator[int]:
    """Serve the metrics of an application and yield the port."""
    server = service.core.commands.metrics.listen(app)
    thread = threading.Thread(target=server.serve_forever)
    with server:
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"] if has_ipv6() else ["127.0.0.1"])
def test_the_metrics_are_served_on_ipv4_and_ipv6(
    make_app: MakeApp, service: ModuleType, environ: dict[str, str], certificate: Path, address: str
) -> None:
    app = make_app(metrics_address=address, metrics_port=str(free_port()))
    host = f"[{address}]" if ":" in address else address
    with listening(service, app) as port:
        token = {"Authorization": f"Bearer {environ['APP_METRICS_TOKEN']}"}
        request = Request(f"https://{host}:{port}/metrics", headers=token)
        context = ssl.create_default_context(cafile=certificate / "ca.pem")
        with urlopen(request, context=context, timeout=10) as response:  # noqa: S310
            assert b'dependency_up{dependency="database"} 1.0' in response.read()


@pytest.mark.parametrize("sent", [b"GET /metrics HTTP/1.1\r\n\r\n", b""])
def test_a_client_without_tls_causes_no_output(
    make_app: MakeApp, service: ModuleType, capfd: pytest.CaptureFixture[str], sent: bytes
) -> None:
    app = make_app(metrics_port=str(free_port()))
    capfd.readouterr()
    with listening(service, app) as port, closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as client:
        with suppress(OSError):  # the server may close first
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
        read_all(client)
    assert capfd.readouterr().err == ""


def test_a_port_in_use_is_reported_in_one_sentence(make_app: MakeApp) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = make_app(metrics_port=str(port)).test_cli_runner().invoke(args=["metrics", "serve"])
    assert result.exit_code == 1
    assert f"Cannot listen on port {port} of 127.0.0.1: " in result.stderr
