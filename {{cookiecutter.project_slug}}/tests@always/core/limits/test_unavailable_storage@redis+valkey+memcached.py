"""While the storage is unavailable, each worker counts by itself or rejects requests, and ``/readyz`` reports it."""

import time
from types import ModuleType
from typing import Any

import pytest
from limits import parse

from tests.core.limits.stoppable_storage import PATH, Calls, MakeApp, calls, storage
from tests.core.registry import registered
from tests.core.stoppable_server import StoppableServer

__all__ = ["calls", "storage"]


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
