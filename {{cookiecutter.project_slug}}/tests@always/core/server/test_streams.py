"""Streams of server-sent events leave threads to other requests and do not delay the stop of the service."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from ssl import SSLSocket

import pytest
from flask import Blueprint, Flask, Response

from tests.core.live_server import Served, serving
from tests.core.package import OWN_SETTINGS, core
from tests.core.service import MIGRATIONS

MakeApp = Callable[..., Flask]
OpenStream = Callable[[], tuple[SSLSocket, bytes]]
SECONDS = 3
blueprint = Blueprint("ticks", __name__)


@blueprint.get("/ticks")
@core.public
@core.produces("text/event-stream")
def ticks() -> Response:
    """Stream numbers."""
    response: Response = core.event_stream(_numbers())
    return response


def _numbers() -> Iterator[str]:
    number = 0
    while True:
        yield f"data: {number}\n\n"
        number += 1
        time.sleep(0.05)


def create_app(environ: Mapping[str, str] = os.environ) -> Flask:
    """Return an application with the stream; its streams are short."""
    core.request.streams.MAX_SECONDS = SECONDS
    app: Flask = core.create_app(
        __name__, environ=environ, settings=OWN_SETTINGS, blueprints=[blueprint], migrations=MIGRATIONS
    )
    return app


@pytest.fixture(scope="module", name="create_app")
def _create_app() -> Callable[..., Flask]:
    return create_app


@pytest.fixture(scope="module")
def prepare_database() -> Callable[[Flask], None]:
    """Leave the database as its migrations made it."""
    return lambda _app: None


@pytest.fixture
def served(environ: dict[str, str], certificate: Path, tmp_path: Path) -> Iterator[Served]:
    """The service with four threads, of which two may stream. It must stop well while streams are open."""
    few = {**environ, "APP_SERVER_THREADS": "4"}
    with serving(few, tmp_path, certificate / "ca.pem", __name__) as running:
        yield running


@pytest.fixture
def open_stream(served: Served) -> Iterator[OpenStream]:
    """Request the stream; return the connection and the start of the response."""
    with ExitStack() as stack:

        def open_stream() -> tuple[SSLSocket, bytes]:
            connection = stack.enter_context(closing(served.connect()))
            connection.sendall(b"GET /ticks HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return connection, connection.recv(4096)

        yield open_stream


def test_half_of_the_threads_stream(served: Served, open_stream: OpenStream) -> None:
    """The service stops while streams are open: the fixture waits for its end."""
    (first, _), (second, _), (_, rejected) = streams = [open_stream() for _ in range(3)]
    assert [start.split(b" ")[1] for _, start in streams] == [b"200", b"200", b"503"]
    assert f"retry-after: {SECONDS}".encode() in rejected.lower()
    assert b" 200 " in served.send("GET /healthz HTTP/1.1", "Host: localhost", "Connection: close")
    first.close()
    time.sleep(0.5)  # the service notices it when it sends the next number
    assert open_stream()[1].split(b" ")[1] == b"200"
    second.settimeout(2 * SECONDS)
    received = b""
    while not received.endswith(b"\r\n0\r\n\r\n"):  # the end of a complete response
        chunk = second.recv(4096)
        assert chunk
        received += chunk
    assert b"data: 9\n\n" in received
    assert open_stream()[1].split(b" ")[1] == b"200"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_stop_ends_a_stream(served: Served, open_stream: OpenStream) -> None:
    connection, received = open_stream()
    started = time.monotonic()
    served.process.terminate()
    while not received.endswith(b"\r\n0\r\n\r\n"):  # the end of a complete response
        chunk = connection.recv(4096)
        assert chunk
        received += chunk
    assert time.monotonic() - started < SECONDS / 2


def test_a_stream_that_ends_frees_its_thread(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(server_threads="2")
    monkeypatch.setattr(core.request.streams, "MAX_SECONDS", 0)
    client = app.test_client()
    for _ in range(3):
        response = client.get("/ticks")
        assert (response.status_code, response.text) == (200, "data: 0\n\n")
        assert client.head("/ticks").status_code == 200
        assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"


def test_a_view_that_streams_too_much_gets_503(make_app: MakeApp) -> None:
    client = make_app(server_threads="2").test_client()
    open_response = client.get("/ticks", buffered=False)
    rejected = client.get("/ticks")
    assert (rejected.status_code, rejected.json["type"]) == (503, "/problems/unavailable")
    open_response.close()
    open_response.close()
    again = client.get("/ticks", buffered=False)
    assert again.status_code == 200
    again.close()
