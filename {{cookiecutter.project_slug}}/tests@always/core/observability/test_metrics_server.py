"""``flask metrics serve`` listens on either kind of address, and says nothing of those who speak something else."""

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
    """Tell whether this machine has the other kind."""
    with suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


@contextmanager
def listening(service: ModuleType, app: Flask) -> Iterator[int]:
    """Serve the metrics of an application; yield the port."""
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
def test_the_metrics_are_served_on_either_kind_of_address(
    make_app: MakeApp, service: ModuleType, environ: dict[str, str], certificate: Path, address: str
) -> None:
    app = make_app(metrics_address=address, metrics_port=str(free_port()))
    host = f"[{address}]" if ":" in address else address
    with listening(service, app) as port:
        token = {"Authorization": f"Bearer {environ['APP_METRICS_TOKEN']}"}
        asked = Request(f"https://{host}:{port}/metrics", headers=token)
        trusting = ssl.create_default_context(cafile=certificate / "ca.pem")
        with urlopen(asked, context=trusting, timeout=10) as answer:  # noqa: S310
            assert b"http_requests" in answer.read()


@pytest.mark.parametrize("sent", [b"GET /metrics HTTP/1.1\r\n\r\n", b""])
def test_whoever_speaks_no_tls_is_not_worth_a_line(
    make_app: MakeApp, service: ModuleType, capfd: pytest.CaptureFixture[str], sent: bytes
) -> None:
    app = make_app(metrics_port=str(free_port()))
    capfd.readouterr()
    with listening(service, app) as port, closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as client:
        with suppress(OSError):  # the server may have closed before
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
        read_all(client)
    assert capfd.readouterr().err == ""


def test_a_port_that_is_taken_is_told_in_a_sentence(make_app: MakeApp) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = make_app(metrics_port=str(port)).test_cli_runner().invoke(args=["metrics", "serve"])
    assert refused.exit_code == 1
    assert f"Cannot listen on port {port} of 127.0.0.1: " in refused.stderr
