"""The storage is used again after a failure, even if the system had no thread left for the first retry."""

import time
from collections.abc import Callable
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from limits import parse

from tests.core.package import core

SECONDS = 10
HIT = core.limits.result.Hit("limits:{x}", parse("5/minute"))


class Storage:
    """A storage that fails while ``fails`` is True."""

    fails = True

    def hit_all(self, hits: Any) -> list[Any]:
        """Admit the hits."""
        if self.fails:
            raise ConnectionError
        return [core.limits.result.LimitResult(hit.rate, True, 4, 60.0) for hit in hits]


def test_a_later_request_starts_the_retries(
    service: ModuleType, make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, failures = service.core.limits.circuit_breaker, [RuntimeError("can't start new thread")]

    def thread(**arguments: Any) -> Thread:
        if failures:
            raise failures.pop()
        return Thread(**arguments)

    monkeypatch.setattr(module, "RETRY_INTERVAL", 0.01)
    monkeypatch.setattr(module, "Thread", thread)
    storage, notified = Storage(), list[bool]()
    settings = core.get_settings(make_app(), core.settings.Settings)
    breaker = module.CircuitBreaker(lambda: storage, settings, notified.append)
    assert [breaker.hit(HIT).admitted for _ in range(2)] == [True, True]
    storage.fails = False
    deadline = time.monotonic() + SECONDS
    while len(notified) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert notified == [True, False]
    assert breaker.shared
