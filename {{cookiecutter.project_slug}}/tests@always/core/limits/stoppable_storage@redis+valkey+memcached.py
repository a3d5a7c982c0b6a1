"""A storage that a test stops, and a service that counts in it."""

import time
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from flask import Flask

from tests.core.limiter_storage import stoppable
from tests.core.registry import registered
from tests.core.stoppable_server import StoppableServer

MakeApp = Callable[..., Flask]
PATH = "/api/v1/me"


@pytest.fixture
def storage(service: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoppableServer]:
    """A storage server that the test starts and stops. The service notices both, and slowness, within a second."""
    monkeypatch.setattr(service.core.limits.circuit_breaker, "RETRY_INTERVAL", 0.1)
    monkeypatch.setattr(service.core.limits.circuit_breaker, "SLOW_SECONDS", 0.3)
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
