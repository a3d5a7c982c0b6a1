"""The storage is away: the chosen policy holds, nobody waits for long, and its return is noticed.

Each fault is made with a real server. The bounds on time are several times what is measured where nothing else runs.
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
from tests.core.stoppable_server import Line, Stoppable

MakeApp = Callable[..., Flask]
PATH = "/api/v1/me"
AT_ONCE = 0.1  # seconds; less than any time-out


@pytest.fixture(autouse=True)
def _sooner(service: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look sooner than every second whether the storage is back."""
    monkeypatch.setattr(service.core.limits.circuit_breaker, "RETRY_INTERVAL", 0.1)
    monkeypatch.setattr(service.core.limits.circuit_breaker, "SLOW_SECONDS", 0.3)


@pytest.fixture
def storage() -> Iterator[Stoppable]:
    """A storage that the test starts, and stops as it likes."""
    with stoppable() as server:
        yield server


class AnomalyMonitor:
    """Calls a service and keeps the status and the time of each answer."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    def call(self) -> tuple[int, float]:
        """Return the status of one call, and how long it took."""
        started = time.monotonic()
        status = self.client.get(PATH).status_code
        return status, time.monotonic() - started

    def shared(self) -> bool:
        """Whether the counters are shared at the moment."""
        return bool(registered(self.app, "Counters").shared)

    def shared_again(self) -> bool:
        """Wait until the counters are shared; within seconds, or not at all."""
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline and not self.shared():
            time.sleep(0.05)
        return self.shared()


@pytest.fixture
def watch(make_app: MakeApp, storage: Stoppable) -> AnomalyMonitor:
    """A service that has counted on the storage."""
    storage.start()
    watch = AnomalyMonitor(make_app(limiter_uri=storage.uri))
    assert watch.call()[0] == 401
    assert watch.shared()
    return watch


def events(captured: str) -> list[str]:
    """Return what the journal tells of the storage."""
    lines = [json.loads(line) for line in captured.splitlines() if line.startswith("{")]
    return [line["event"] for line in lines if line["event"].startswith("limiter_storage")]


def away(app: Flask) -> float:
    """Return what the metric tells of the storage."""
    (told,) = (
        metric for metric in registered(app, "Metrics").collect() if metric.name == "limiter_storage_unavailable"
    )
    value: float = told.samples[0].value
    return value


def endures(watch: AnomalyMonitor, capsys: pytest.CaptureFixture[str], heal: Callable[[], None]) -> None:
    """Check what holds in every fault under ``fallback``, then mend it and check that it is noticed."""
    status, seconds = watch.call()
    assert status == 401
    assert seconds < 1.5
    assert not watch.shared()
    later = [watch.call() for _ in range(20)]
    assert {status for status, _ in later} == {401}
    assert median(seconds for _, seconds in later) < AT_ONCE
    assert watch.client.get("/readyz").status_code == 200
    assert away(watch.app) == 1
    heal()
    assert watch.shared_again()
    assert watch.call()[0] == 401
    assert away(watch.app) == 0
    assert events(capsys.readouterr().out) == ["limiter_storage_unavailable", "limiter_storage_available"]


@pytest.mark.control("R6")
def test_it_was_killed_and_comes_back_empty(
    watch: AnomalyMonitor, storage: Stoppable, capsys: pytest.CaptureFixture[str]
) -> None:
    storage.kill()
    endures(watch, capsys, storage.start)


@pytest.mark.control("R6")
def test_it_is_frozen(watch: AnomalyMonitor, storage: Stoppable, capsys: pytest.CaptureFixture[str]) -> None:
    storage.freeze()
    endures(watch, capsys, storage.thaw)


@pytest.mark.control("R6")
def test_it_is_away_at_the_start(make_app: MakeApp, storage: Stoppable, capsys: pytest.CaptureFixture[str]) -> None:
    endures(AnomalyMonitor(make_app(limiter_uri=storage.uri)), capsys, storage.start)


@pytest.mark.control("R6")
def test_it_is_restarted_between_two_calls(watch: AnomalyMonitor, storage: Stoppable) -> None:
    """A connection that was open before cannot be used again; at worst one second is counted apart."""
    storage.kill()
    storage.start()
    assert watch.call()[0] == 401
    assert watch.shared_again()


@pytest.mark.control("R6")
def test_it_is_slow(make_app: MakeApp, storage: Stoppable, capsys: pytest.CaptureFixture[str]) -> None:
    storage.start()
    with Line(storage) as line:
        watch = AnomalyMonitor(make_app(limiter_uri=line.uri))
        assert watch.call()[0] == 401
        line.delay = 0.15
        deadline = time.monotonic() + 10
        while watch.shared() and time.monotonic() < deadline:
            assert watch.call()[0] == 401
        line_is_fast = lambda: setattr(line, "delay", 0.0)  # noqa: E731
        endures(watch, capsys, line_is_fast)


@pytest.mark.control("R6")
def test_how_long_a_request_waits_for_it_is_a_setting(make_app: MakeApp, storage: Stoppable) -> None:
    storage.start()
    with Line(storage) as line:
        watch = AnomalyMonitor(make_app(limiter_uri=line.uri, limits_timeout_ms="10000"))
        line.delay = 0.3
        assert watch.call()[0] == 401
        assert watch.shared()


@pytest.mark.control("R6")
def test_a_budget_still_ends(make_app: MakeApp, storage: Stoppable) -> None:
    watch = AnomalyMonitor(make_app(limiter_uri=storage.uri, limits_address="3/minute"))
    assert [watch.call()[0] for _ in range(5)] == [401, 401, 401, 429, 429]
    assert not watch.shared()


@pytest.mark.control("R6")
def test_a_strict_budget_is_shared_out_among_the_workers(make_app: MakeApp, storage: Stoppable) -> None:
    counters = registered(make_app(limiter_uri=storage.uri, server_workers="4"), "Counters")
    for rate, share in (("8/minute", 2), ("3/minute", 1)):
        counts = [counters.hit("strict", "somebody", parse(rate), strict=True) for _ in range(share + 1)]
        assert [count.admitted for count in counts] == [*[True] * share, False]


@pytest.mark.control("R6")
def test_where_the_policy_is_to_refuse_requests_are_refused(make_app: MakeApp, storage: Stoppable) -> None:
    watch = AnomalyMonitor(make_app(limiter_uri=storage.uri, limits_on_storage_error="reject"))
    for _ in range(3):
        answer = watch.client.get(PATH)
        assert answer.status_code == 503
        assert answer.json["type"] == "/problems/unavailable"
        assert int(answer.headers["Retry-After"]) > 0
    assert watch.client.get("/healthz").status_code == 200
    storage.start()
    assert watch.shared_again()
    assert watch.call()[0] == 401


def test_the_policy_to_refuse_is_documented(make_app: MakeApp, service: ModuleType) -> None:
    def documented(policy: str) -> bool:
        document = service.core.openapi.document(make_app(limits_on_storage_error=policy))
        return "503" in document["paths"]["/openapi.json"]["get"]["responses"]

    assert documented("reject")
    assert not documented("fallback")


@pytest.mark.control("R6")
def test_the_probe_tells_of_it(watch: AnomalyMonitor, storage: Stoppable) -> None:
    def told() -> Any:
        return watch.client.get("/readyz").json["parts"]["limiter"]

    assert told() == "ok"
    storage.kill()
    time.sleep(1.1)  # an answer is kept for a second
    assert told() == "unavailable"
    assert not watch.shared()
