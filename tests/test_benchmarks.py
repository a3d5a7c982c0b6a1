"""The benchmarks run, and what they compare does equal work; no test depends on their results."""

import asyncio
import contextlib
import json
import os
import queue
import re
import shutil
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from benchmarks import frameworks, open_loop, plot, report
from benchmarks.targets import NEW_ITEM
from tests.services import Service
from tests.template import TEMPLATE

SECONDS = 300
SECURITY_HEADERS = (
    "strict-transport-security",
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "x-request-id",
)


def run(module: str, results: Path, *arguments: str) -> tuple[list[str], str]:
    """Run a benchmark for one short round; return the lines that it prints and its report."""
    if shutil.which("wrk") is None and module in {"bench", "frameworks", "scale"}:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs wrk")
    short = ["--rounds", "1", "--results", str(results)]
    short += [] if module == "bake" else ["--seconds", "0.2"]
    printed = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *short, *arguments],
        cwd=TEMPLATE,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        timeout=SECONDS,
    ).stdout
    return printed.splitlines(), results.read_text(encoding="utf-8")


@pytest.mark.install
def test_the_cost_of_the_controls_is_measured(tmp_path: Path) -> None:
    """One line for each call: requests per second of bare Flask and of the service, the share."""
    printed, results = run("bench", tmp_path / "RESULTS.md", "--sqlite-only")
    calls = [
        line for line in printed if re.fullmatch(r"(GET|POST) \S+( +[\d,]+){2} +\d+\.\d\d", line)
    ]
    assert len(calls) == 4  # one of them with a token
    assert "bearer token" in results
    assert "spread" in results


@pytest.mark.install
@pytest.mark.exhaustive
def test_frameworks_are_compared(tmp_path: Path) -> None:
    """The report has a row for each, and the plot shows each."""
    peer = "Litestar on granian"
    printed, results = run("frameworks", tmp_path / "RESULTS.md", "--peers", peer)
    for subject in ("bare Flask", "this service", peer):
        assert any(line.startswith(f"| {subject} |") for line in printed)
        assert f"| {subject} |" in results
        assert f">{subject}<" in (tmp_path / "RESULTS.svg").read_text(encoding="utf-8")


@pytest.mark.install
@pytest.mark.exhaustive
@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of processes from /proc")
def test_load_and_amount_of_data_are_measured(tmp_path: Path) -> None:
    """The parts that need one rendered service."""
    parts = ("--parts", "latency", "sizes", "start", "--sizes", "1000")
    _, results = run("scale", tmp_path / "RESULTS.md", *parts)
    for figure in ("p99.9", "connections per second", "memory, MiB", "1,000 callers", "start"):
        assert figure in results


@pytest.mark.install
@pytest.mark.exhaustive
def test_layers_are_measured(tmp_path: Path) -> None:
    """A row for each layer of the pipeline, and the sum."""
    _, results = run("layers", tmp_path / "RESULTS.md")
    for row in ("middleware", "limits.by_address", "authentication.authenticate", "view", "total"):
        assert f"| {row} |" in results


def test_bakes_are_measured(tmp_path: Path) -> None:
    """The output is one line for each of three templates."""
    printed, results = run("bake", tmp_path / "RESULTS.md")
    assert len(printed) == 3
    assert "| this template |" in results


@contextmanager
def peer(
    name: str, service: Path, settings: Mapping[str, str] | None = None
) -> Iterator[tuple[Service, httpx.Client]]:
    """Run a framework and yield it with a client that has a key."""
    with (
        frameworks.running_peer(name, service, 4, settings) as (server, key),
        server.client({"X-API-Key": key}) as client,
    ):
        yield server, client


@pytest.mark.install
@pytest.mark.parametrize("name", frameworks.PEERS)
def test_every_framework_does_the_work_that_is_compared(
    name: str, bake: Callable[[Mapping[str, str]], Path]
) -> None:
    """Keys, validation, CORS, security headers, log, metrics and limits."""
    limits = {"PEER_CALLER_LIMIT": "8", "PEER_ADDRESS_LIMIT": "100"}
    with peer(name, bake({}), limits) as (server, client), server.client() as anonymous:
        start_of_a_minute()
        created = client.post("/api/v1/items", json=NEW_ITEM)
        assert created.status_code == 201
        path = f"/api/v1/items/{created.json()['id']}"
        assert client.get(path).json().items() >= NEW_ITEM.items()
        for invalid in ({"price": 1}, {**NEW_ITEM, "price": -1}, {**NEW_ITEM, "name": "a" * 101}):
            assert client.post("/api/v1/items", json=invalid).status_code in {400, 422}

        allowed = client.get("/api/v1/me", headers={"Origin": frameworks.ORIGIN})
        assert allowed.json()["scopes"] == ["items:read", "items:write"]
        assert allowed.headers["access-control-allow-origin"] == frameworks.ORIGIN
        other = client.get("/api/v1/me", headers={"Origin": "https://other.example"})
        assert "access-control-allow-origin" not in other.headers
        assert anonymous.get("/api/v1/me").status_code == 401
        assert anonymous.get("/api/v1/me", headers={"X-API-Key": "x"}).status_code == 401
        for response in (created, allowed):
            assert set(SECURITY_HEADERS) <= set(response.headers)

        statuses = [client.get("/api/v1/me").status_code for _ in range(10)]
        assert statuses == sorted(statuses)
        assert set(statuses) == {200, 429}
        assert_metrics_and_log(server, anonymous, [200, 200, 401, 401, *statuses])


def assert_metrics_and_log(server: Service, anonymous: httpx.Client, statuses: list[int]) -> None:
    """The metrics count requests, and the log has a JSON line for each with its status."""
    metrics = anonymous.get("/metrics").text
    counted = re.findall(r"^\w*requests_\w*total\w*{[^}]*} (\S+)$", metrics, re.MULTILINE)
    assert max(map(float, counted)) >= 2
    logged = server.log.read_text(encoding="utf-8").splitlines()
    lines = [json.loads(line) for line in logged if line.startswith("{")]
    assert [line["status"] for line in lines if line["path"] == "/api/v1/me"] == statuses


def start_of_a_minute() -> None:
    """Wait, if a minute is about to end: a fixed window would start again during the test."""
    remaining = 60 - time.time() % 60
    if remaining < 10:
        time.sleep(remaining)


def test_a_stall_of_the_server_delays_every_request_that_was_due(
    bake: Callable[[Mapping[str, str]], Path],
) -> None:
    """A server that stops for a moment delays the requests of that moment, not only one."""
    certs = bake({}) / "certs"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs / "server.pem", certs / "server-key.pem")
    with stalling_server(context) as port:
        authority = ssl.create_default_context(cafile=certs / "ca.pem")
        load = open_loop.Load(f"https://localhost:{port}/", {}, authority)
        load.run(rate=100, seconds=2)
    assert len(load.durations) == 200
    # The server stalls for 0.5 s, in which a quarter of the requests are due.
    _, longer = load.percentiles(0.5, 0.95)
    assert longer > 0.2


@contextmanager
def stalling_server(context: ssl.SSLContext) -> Iterator[int]:
    """Run a server that responds at once, except for half a second; yield its port."""
    started = time.monotonic()

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                if 1 < time.monotonic() - started < 1.5:
                    await asyncio.sleep(started + 1.5 - time.monotonic())
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                await writer.drain()

    async def serve() -> None:
        server = await asyncio.start_server(respond, "127.0.0.1", 0, ssl=context)
        ports.put(server.sockets[0].getsockname()[1])
        async with server:
            await asyncio.to_thread(stop.wait, 60)

    ports: queue.Queue[int] = queue.Queue()
    stop = threading.Event()
    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        yield ports.get(timeout=10)
    finally:
        stop.set()
        thread.join(10)


def test_a_command_replaces_its_own_section_only(tmp_path: Path) -> None:
    """The sections keep their order."""
    file = tmp_path / "RESULTS.md"
    report.write(file, "bench-layers", ["first"])
    report.write(file, "bench", ["second"])
    report.write(file, "bench-layers", ["third"])
    written = file.read_text(encoding="utf-8")
    assert "first" not in written
    assert written.index("second") < written.index("third")
    assert written.count("\n## ") == 2


def test_the_longest_bar_is_the_fastest(tmp_path: Path) -> None:
    """The plot is well-formed, and its bars are proportional."""
    file = tmp_path / "plot.svg"
    plot.write(file, ("GET /a", "POST /a"), {"<one>": (100, 50), "two": (20, 10)}, {"<one>"})
    drawn = file.read_text(encoding="utf-8")
    widths = [int(width) for width in re.findall(r'<rect [^>]*width="(\d+)"', drawn)][2:]
    assert widths[0] == 2 * widths[1] == 5 * widths[2]
    assert "&lt;one&gt;" in drawn
