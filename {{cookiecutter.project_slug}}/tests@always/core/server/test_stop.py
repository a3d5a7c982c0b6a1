"""The server stops cleanly at the first signal, completes requests in progress, and logs its start and its stop."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from ssl import SSLSocket

import pytest
from flask import Flask

from tests.core.live_server import ROOT, Served, free_port, listens, serving

DELAY = 3  # seconds
BODY = b'{"name": "lamp"}'


@pytest.mark.control("L3")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal for a process group")
@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM] * 2], ids=["Ctrl-C", "SIGTERM twice"])
@pytest.mark.parametrize("debug", ["false", "true"], ids=["", "debug mode"])
def test_a_signal_to_the_group_stops_the_server_and_its_workers(
    environ: dict[str, str], tmp_path: Path, signals: list[signal.Signals], debug: str
) -> None:
    """The signal arrives as soon as the start is logged; the server listens, while its workers are still starting."""
    environ |= {"APP_ENVIRONMENT": "development", "APP_SERVER_DEBUG": debug}
    port = free_port()
    with (tmp_path / "output").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "serve"],
            cwd=ROOT,
            env={**os.environ, **environ, "APP_SERVER_PORT": str(port)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            while "sys_startup" not in (tmp_path / "output").read_text():
                assert process.poll() is None, (tmp_path / "output").read_text()
                time.sleep(0.05)
            assert listens(port)
            for number in signals:
                os.killpg(process.pid, number)
            assert process.wait(60) == 0
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    lines = [json.loads(line) for line in (tmp_path / "output").read_text().splitlines()]
    assert [line["reason"] for line in lines if line["event"].startswith("sys_")] == [
        f"serving on https://127.0.0.1:{port}",
        "the server has stopped",
    ]


@pytest.fixture
def served(app: Flask, environ: dict[str, str], certificate: Path, tmp_path: Path) -> Iterator[Served]:
    """A service that serves on for some seconds after SIGTERM; the test stops it."""
    delayed = {**environ, "APP_SERVER_SHUTDOWN_DELAY": str(DELAY)}
    with serving(delayed, tmp_path, certificate / "ca.pem") as running:
        yield running


def get(connection: SSLSocket, path: str) -> bytes:
    """Send a request on an open connection, and return the beginning of the response."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection.recv(65536)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_stop_fails_readiness_first_completes_requests_and_waits_little_for_slow_bodies(
    served: Served, credential: list[str]
) -> None:
    post = ("POST /api/v1/probes HTTP/1.1", "Host: localhost", "Content-Type: application/json", *credential)
    head = "\r\n".join([*post, f"Content-Length: {len(BODY)}", "", ""]).encode()
    with closing(served.connect()) as idle, closing(served.connect()) as half, closing(served.connect()) as slow:
        assert b"connection: close" not in get(idle, "/readyz").lower()
        for connection in (half, slow):
            connection.sendall(head + BODY[:5])
        started = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        while get(idle, "/readyz").startswith(b"HTTP/1.1 200"):
            assert time.monotonic() - started < DELAY
        with closing(served.connect()) as late:
            response = get(late, "/healthz")
        assert response.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in response.lower()
        assert served.process.poll() is None
        while listens(served.port):
            time.sleep(0.1)
        half.sendall(BODY[5:])
        assert half.recv(65536).startswith(b"HTTP/1.1 201")
        assert served.process.wait(15) == 0
    assert time.monotonic() - started < 15


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_stop_writes_the_access_log_to_its_last_line(
    environ: dict[str, str], tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setattr("tests.core.live_server.END", number)
    environ |= {"APP_ENVIRONMENT": "development"}
    with serving(environ, tmp_path, certificate / "ca.pem") as served, closing(served.connect()) as connection:
        for _ in range(50):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    lines = [json.loads(line) for line in (tmp_path / "output").read_text().splitlines()]
    assert [line["event"] for line in lines].count("request") == 50
