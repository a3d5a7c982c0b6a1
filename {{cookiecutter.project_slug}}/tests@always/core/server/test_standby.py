"""One thread serves fast requests while the others wait, and all serve when requests are slow."""

import io
import time
from collections import Counter
from collections.abc import Callable, Iterator
from threading import Event, Thread, current_thread
from types import ModuleType
from typing import Any

import pytest

from tests.core.package import core

THREADS = 4
SECONDS = 30  # after which a test fails


@pytest.fixture
def ended() -> Iterator[Event]:
    """An event that is set at the end of the test."""
    event = Event()
    yield event
    event.set()


@pytest.fixture
def standby(monkeypatch: pytest.MonkeyPatch, ended: Event) -> ModuleType:
    """The module, whose checks stop at the end of the test; the load counts as high, also on a busy machine."""
    module: ModuleType = core.server.standby
    monkeypatch.setattr(module, "stopping", ended)
    monkeypatch.setattr(module, "MIN_LOAD", 0.0)
    return module


def work(_environ: object, _start_response: object) -> list[bytes]:
    """Respond after a millisecond of work."""
    until = time.thread_time() + 0.001
    while time.thread_time() < until:
        pass
    return [b"content"]


def wait(_environ: object, _start_response: object) -> list[bytes]:
    """Respond after five milliseconds without work."""
    time.sleep(0.005)
    return [b"content"]


def serve(application: Any, ended: Event, served: Counter[str]) -> None:
    """Call the application until the end of the test, as a thread of the server does."""
    while not ended.is_set():
        content = application({}, None)
        assert b"".join(content) == b"content"
        served[current_thread().name] += 1
        del content  # the server has sent it


def start(application: Any, ended: Event, served: Counter[str], name: str) -> Thread:
    """Start a thread of the server."""
    thread = Thread(target=serve, args=(application, ended, served), name=name, daemon=True)
    thread.start()
    return thread


def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition is true."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_one_thread_serves_fast_requests(standby: ModuleType, ended: Event) -> None:
    application, served = standby.Standby(work, THREADS), Counter[str]()
    for name in "ABCD":
        start(application, ended, served, name)
    until(lambda: len(application._waiting) == THREADS - 1)


def test_a_thread_waits_only_after_its_response_is_sent(standby: ModuleType, ended: Event) -> None:
    application, served = standby.Standby(lambda *_: [b"content"], THREADS), Counter[str]()
    application._last, application._maximum = -1, THREADS - 1  # another thread has served a request
    content = application({}, None)
    assert (content, application._waiting) == ([b"content"], standby.deque())
    thread = start(application, ended, served, "A")
    until(lambda: len(application._waiting) == 1)
    assert served == {"A": 1}
    ended.set()
    application._release(0)
    thread.join(SECONDS)
    assert not thread.is_alive()


def test_a_thread_does_not_wait_after_a_request_whose_body_is_left_unread(
    standby: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server closes the connection only after the thread has returned."""
    application, finished = standby.Standby(lambda *_: [b"content"], THREADS), list[None]()
    monkeypatch.setattr(application, "_finish", lambda: finished.append(None))
    environ: dict[str, Any] = {"wsgi.input": io.BytesIO(b"body"), "REMOTE_ADDR": "192.0.2.1"}
    body = environ["wsgi.input"] = core.request.body.RequestBody(environ, 4, core.request.slots.BodySlots())
    application(environ, None)
    assert not finished
    body.discard()
    application(environ, None)
    assert finished == [None]


def test_all_threads_serve_while_no_request_finishes(standby: ModuleType, ended: Event) -> None:
    application, served, slow = standby.Standby(work, THREADS), Counter[str](), Event()
    threads = [start(application, slow, served, name) for name in "ABCD"]
    until(lambda: len(application._waiting) == THREADS - 1)
    slow.set()  # from now on, nothing finishes
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive()


def test_all_threads_serve_requests_that_wait(
    standby: ModuleType, ended: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standby, "MIN_LOAD", 0.4)
    application, served = standby.Standby(wait, THREADS), Counter[str]()
    for name in "ABCD":
        start(application, ended, served, name)
    until(lambda: min(served[name] for name in "ABCD") >= 20)


def test_no_thread_waits_when_the_worker_stops(standby: ModuleType, ended: Event) -> None:
    application, served, stopped = standby.Standby(work, THREADS), Counter[str](), Event()
    for name in "ABCD":
        start(application, stopped, served, name)
    until(lambda: len(application._waiting) == THREADS - 1)
    ended.set()  # the threads of the server continue
    until(lambda: application._maximum == 0 and not application._waiting)
    stopped.set()


def test_a_stream_is_passed_on(standby: ModuleType) -> None:
    closed = Event()

    def stream() -> Iterator[bytes]:
        try:
            yield b"first"
            yield b"second"
        finally:
            closed.set()

    content = standby.Standby(lambda *_: stream(), THREADS)({}, lambda *_: None)
    assert next(iter(content)) == b"first"
    content.close()
    assert closed.is_set()
