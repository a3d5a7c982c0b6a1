"""The queue of the access log: complete, bounded, and never in the way of a request."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from threading import Event
from types import ModuleType
from typing import Any

import pytest

from tests.core.live_server import Served
from tests.core.package import ROOT, core

LINE = b"x" * 99 + b"\n"
LINE_BYTES = 4096
# Logs 200 lines through the queue, and then ends as the first argument says.
LOG_AND_END = f"""
import multiprocessing, sys
from {core.__name__}.observability import log

def work():
    log.start("info", "json")
    log.start_queue(lambda: None)
    for number in range(200):
        log.write("info", "request", number=number)
    if sys.argv[1] == "an unhandled exception":
        raise LookupError
    if sys.argv[1] == "exit":
        sys.exit()

if sys.argv[2] == "a worker":
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
else:
    work()
"""


@pytest.fixture
def written() -> list[bytes]:
    """What the queue has written."""
    return []


@pytest.fixture
def make(service: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Create a queue for ten lines."""
    module = service.core.observability.log_queue
    monkeypatch.setattr(module, "MAX_LINES", 10)

    def create(
        write: Callable[[bytes], None],
        dropped: Callable[[], None] = Event,
        report: Callable[[int], None] = lambda _: None,
    ) -> Any:
        return module.LogQueue(write, LINE_BYTES, dropped, report)

    return create


def test_all_lines_are_written_in_order_and_in_few_writes(
    make: Callable[..., Any], written: list[bytes], monkeypatch: pytest.MonkeyPatch, service: ModuleType
) -> None:
    monkeypatch.setattr(service.core.observability.log_queue, "MAX_LINES", 1000)
    queue = make(written.append)
    lines = [b"%d\n" % number for number in range(1000)]
    for line in lines:
        queue.put(line)
    queue.close()
    assert b"".join(written) == b"".join(lines)
    assert len(written) < len(lines)


@pytest.mark.control("L4")
def test_a_write_has_whole_lines_and_is_atomic(
    make: Callable[..., Any], written: list[bytes], monkeypatch: pytest.MonkeyPatch, service: ModuleType
) -> None:
    monkeypatch.setattr(service.core.observability.log_queue, "MAX_LINES", 1000)
    queue = make(written.append)
    for _ in range(200):
        queue.put(LINE)
    queue.close()
    assert b"".join(written) == LINE * 200
    for lines in written:
        assert len(lines) <= LINE_BYTES
        assert lines.endswith(b"\n")


def test_a_full_queue_drops_lines_after_a_short_wait_and_reports_their_number(make: Callable[..., Any]) -> None:
    started, released, dropped, reported = Event(), Event(), list[None](), list[int]()

    def block(_lines: bytes) -> None:
        started.set()
        assert released.wait(30)

    queue = make(block, lambda: dropped.append(None), reported.append)
    queue.put(LINE)
    assert started.wait(30)
    for _ in range(10):
        queue.put(LINE)
    begun = time.monotonic()
    for _ in range(3):
        queue.put(LINE)
    assert 0.15 <= time.monotonic() - begun < 10
    assert len(dropped) == 3
    assert not reported
    released.set()
    queue.close()
    assert reported == [3]


@pytest.mark.parametrize("end", ["the end of the code", "exit", "an unhandled exception"])
@pytest.mark.parametrize("process", ["another process"] if os.name == "nt" else ["a worker", "another process"])
def test_the_lines_are_written_when_the_process_ends(process: str, end: str) -> None:
    command = [sys.executable, "-c", LOG_AND_END, end, process]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60)
    assert [json.loads(line)["number"] for line in done.stdout.splitlines()] == list(range(200))
    assert (b"LookupError" in done.stderr) == (end == "an unhandled exception")


def test_a_dropped_line_is_counted_and_their_number_is_logged(
    service: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log, released, dropped = service.core.observability.log, Event(), list[None]()
    put = log._put
    monkeypatch.setattr(service.core.observability.log_queue, "MAX_LINES", 1)
    monkeypatch.setattr(log, "_put", lambda *arguments: released.wait(30) and put(*arguments))
    log.start("info", "json")
    log.start_queue(lambda: dropped.append(None))
    try:
        while not dropped:
            log.write("info", "request")
    finally:
        released.set()
        log.close_queue()
    (report,) = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "dropped" in line]
    assert (report["level"], report["event"], report["dropped"]) == ("error", "log", len(dropped))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGSTOP")
def test_security_events_do_not_wait_for_the_queue(served: Served) -> None:
    served.send("GET /api/v1/me HTTP/1.1", "Host: localhost", "Connection: close", "X-Request-ID: directly-written")
    lines = served.output.read_text().splitlines()
    assert any("directly-written" in line and "authn_login_fail" in line for line in lines)
