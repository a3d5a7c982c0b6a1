"""A failure of the storage delays no request, and the recovery is noticed.

Each failure is caused with a real server. The time limits are several times what an idle machine needs.
"""

import json
import time
from collections.abc import Callable
from statistics import median

import pytest
from flask import Flask

from tests.core.limits.stoppable_storage import Calls, MakeApp, calls, storage
from tests.core.registry import registered
from tests.core.stoppable_server import DelayingProxy, StoppableServer

__all__ = ["calls", "storage"]

FAST = 0.1  # seconds; less than any timeout


def events(captured: str) -> list[str]:
    """Return the log events about the storage."""
    lines = [json.loads(line) for line in captured.splitlines() if line.startswith("{")]
    return [line["event"] for line in lines if line["event"].startswith("limiter_storage")]


def unavailable(app: Flask) -> float:
    """Return the value of the storage's metric."""
    metrics = registered(app, "Metrics").collect()
    (metric,) = (metric for metric in metrics if metric.name == "limiter_storage_unavailable")
    value: float = metric.samples[0].value
    return value


def check_fallback(calls: Calls, capsys: pytest.CaptureFixture[str], recover: Callable[[], None]) -> None:
    """Check what holds during every failure with ``fallback``; then recover and check that it is noticed."""
    status, seconds = calls.call()
    assert status == 401
    assert seconds < 1.5
    assert not calls.shared()
    later = [calls.call() for _ in range(20)]
    assert {status for status, _ in later} == {401}
    assert median(seconds for _, seconds in later) < FAST
    assert calls.client.get("/readyz").status_code == 200
    assert unavailable(calls.app) == 1
    recover()
    assert calls.shared_again()
    assert calls.call()[0] == 401
    assert unavailable(calls.app) == 0
    assert events(capsys.readouterr().out) == ["limiter_storage_unavailable", "limiter_storage_available"]


@pytest.mark.control("R6")
def test_a_killed_storage(calls: Calls, storage: StoppableServer, capsys: pytest.CaptureFixture[str]) -> None:
    storage.kill()
    check_fallback(calls, capsys, storage.start)


@pytest.mark.control("R6")
def test_a_frozen_storage(calls: Calls, storage: StoppableServer, capsys: pytest.CaptureFixture[str]) -> None:
    storage.freeze()
    check_fallback(calls, capsys, storage.thaw)


@pytest.mark.control("R6")
def test_a_storage_that_starts_later(
    make_app: MakeApp, storage: StoppableServer, capsys: pytest.CaptureFixture[str]
) -> None:
    check_fallback(Calls(make_app(limiter_uri=storage.uri)), capsys, storage.start)


@pytest.mark.control("R6")
def test_a_storage_that_restarts_between_two_calls(calls: Calls, storage: StoppableServer) -> None:
    """The old connection is broken; at worst each worker counts alone for a second."""
    storage.kill()
    storage.start()
    assert calls.call()[0] == 401
    assert calls.shared_again()


@pytest.mark.control("R6")
def test_a_slow_storage(make_app: MakeApp, storage: StoppableServer, capsys: pytest.CaptureFixture[str]) -> None:
    storage.start()
    with DelayingProxy(storage) as proxy:
        calls = Calls(make_app(limiter_uri=proxy.uri))
        assert calls.call()[0] == 401
        proxy.delay = 0.15
        deadline = time.monotonic() + 10
        while calls.shared() and time.monotonic() < deadline:
            assert calls.call()[0] == 401
        proxy_is_fast = lambda: setattr(proxy, "delay", 0.0)  # noqa: E731
        check_fallback(calls, capsys, proxy_is_fast)


@pytest.mark.control("R6")
def test_the_timeout_is_a_setting(make_app: MakeApp, storage: StoppableServer) -> None:
    storage.start()
    with DelayingProxy(storage) as proxy:
        calls = Calls(make_app(limiter_uri=proxy.uri, limits_timeout_ms="10000"))
        proxy.delay = 0.3
        assert calls.call()[0] == 401
        assert calls.shared()
