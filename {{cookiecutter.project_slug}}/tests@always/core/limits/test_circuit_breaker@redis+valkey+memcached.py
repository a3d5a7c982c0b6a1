"""While the storage is unavailable the setting decides, requests do not wait, and the recovery is noticed.

Each failure is caused with a real server. The time limits are several times what an idle machine needs.
"""

import json
import time
from collections.abc import Callable, Iterator
from statistics import median
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from limits import parse

from tests.core.limiter_storage import stoppable
from tests.core.registry import registered
from tests.core.stoppable_server import DelayingProxy, StoppableServer

MakeApp = Callable[..., Flask]
PATH = "/api/v1/me"
FAST = 0.1  # seconds; less than any timeout


@pytest.fixture(autouse=True)
def _short_intervals(service: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry and detect a slow storage earlier than after a second."""
    monkeypatch.setattr(service.core.limits.circuit_breaker, "RETRY_INTERVAL", 0.1)
    monkeypatch.setattr(service.core.limits.circuit_breaker, "SLOW_SECONDS", 0.3)


@pytest.fixture
def storage() -> Iterator[StoppableServer]:
    """A storage server that the test starts and stops."""
    with stoppable() as server:
        yield server


class Calls:
    """Calls a service."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    def call(self) -> tuple[int, float]:
        """Return the status of one call, and its duration in seconds."""
        started = time.monotonic()
        status = self.client.get(PATH).status_code
        return status, time.monotonic() - started

    def shared(self) -> bool:
        """Return whether all workers currently count together."""
        return bool(registered(self.app, "Counters").storage.shared)

    def shared_again(self) -> bool:
        """Wait at most 8 seconds until all workers count together."""
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline and not self.shared():
            time.sleep(0.05)
        return self.shared()


@pytest.fixture
def calls(make_app: MakeApp, storage: StoppableServer) -> Calls:
    """Calls to a service that has already counted in the storage."""
    storage.start()
    calls = Calls(make_app(limiter_uri=storage.uri))
    assert calls.call()[0] == 401
    assert calls.shared()
    return calls


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


@pytest.mark.control("R6")
def test_limits_hold_without_the_storage(make_app: MakeApp, storage: StoppableServer) -> None:
    calls = Calls(make_app(limiter_uri=storage.uri, limits_address="3/minute"))
    assert [calls.call()[0] for _ in range(5)] == [401, 401, 401, 429, 429]
    assert not calls.shared()


@pytest.mark.control("R6")
def test_a_strict_limit_is_divided_among_the_workers(make_app: MakeApp, storage: StoppableServer) -> None:
    counters = registered(make_app(limiter_uri=storage.uri, server_workers="4"), "Counters")
    for rate, share in (("8/minute", 2), ("3/minute", 1)):
        results = [counters.hit("strict", "ada", parse(rate), strict=True) for _ in range(share + 1)]
        assert [result.admitted for result in results] == [*[True] * share, False]


@pytest.mark.control("R6")
def test_requests_can_be_rejected(make_app: MakeApp, storage: StoppableServer) -> None:
    calls = Calls(make_app(limiter_uri=storage.uri, limits_on_storage_error="reject"))
    for _ in range(3):
        response = calls.client.get(PATH)
        assert response.status_code == 503
        assert response.json["type"] == "/problems/unavailable"
        assert int(response.headers["Retry-After"]) > 0
    assert calls.client.get("/healthz").status_code == 200
    storage.start()
    assert calls.shared_again()
    assert calls.call()[0] == 401


def test_the_rejection_is_documented(make_app: MakeApp, service: ModuleType) -> None:
    def documented(setting: str) -> bool:
        document = service.core.openapi.document(make_app(limits_on_storage_error=setting))
        return "503" in document["paths"]["/openapi.json"]["get"]["responses"]

    assert documented("reject")
    assert not documented("fallback")


@pytest.mark.control("R6")
def test_readiness_reports_the_storage(calls: Calls, storage: StoppableServer) -> None:
    def state() -> Any:
        return calls.client.get("/readyz").json["dependencies"]["limiter"]

    assert state() == "ok"
    storage.kill()
    time.sleep(1.1)  # a result is cached for a second
    assert state() == "unavailable"
    assert not calls.shared()
