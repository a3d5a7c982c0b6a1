"""A caller is cached for a few seconds, even if the system clock is changed."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
import time_machine

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
IsCached = Callable[[float, float], bool]


class NotCached(Exception):
    """The cache calls ``load``."""


@pytest.fixture
def cache_caller(service: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], IsCached]:
    """Cache a caller whose credential expires after the given seconds; returns ``is_cached``.

    ``is_cached(seconds, set_back)`` asks after ``seconds``, with the system clock set back by ``set_back`` seconds.
    """

    def cache_caller(lifetime: float) -> IsCached:
        cache = service.core.auth.caller_cache.CallerCache()
        caller = service.core.request.Caller("ada", frozenset(), "1", START + timedelta(seconds=lifetime))

        def get(seconds: float, set_back: float, load: Callable[[str], Any]) -> Any:
            monkeypatch.setattr(time, "monotonic", lambda: 1000.0 + seconds)
            with time_machine.travel(START + timedelta(seconds=seconds - set_back), tick=False):
                return cache.get_or_load("credential", load)

        def fail(_credential: str) -> Any:
            raise NotCached

        def is_cached(seconds: float, set_back: float) -> bool:
            try:
                return get(seconds, set_back, fail) is caller
            except NotCached:
                return False

        assert get(0, 0, lambda _credential: caller) is caller
        return is_cached

    return cache_caller


@pytest.mark.control("Z6")
@pytest.mark.parametrize("set_back", [0, 3600])
def test_an_entry_expires_within_five_seconds_even_if_the_system_clock_is_set_back(
    cache_caller: Callable[[float], IsCached], set_back: float
) -> None:
    is_cached = cache_caller(3600)
    assert is_cached(0, set_back)
    assert is_cached(3.9, set_back)
    assert not is_cached(4, set_back)


def test_an_entry_expires_with_its_credential(cache_caller: Callable[[float], IsCached]) -> None:
    is_cached = cache_caller(2)
    assert is_cached(1.9, 0)
    assert not is_cached(2, 0)
    assert not cache_caller(-1)(0, 0)


@pytest.mark.control("Z6")
def test_a_caller_that_is_loaded_during_a_revocation_is_not_cached(service: ModuleType) -> None:
    cache = service.core.auth.caller_cache.CallerCache()
    loads = []

    def load(credential: str) -> Any:
        loads.append(credential)
        if len(loads) == 1:
            cache.clear()
        return service.core.request.Caller("ada", frozenset(), "1", datetime.now(UTC) + timedelta(hours=1))

    for _ in range(3):
        cache.get_or_load("credential", load)
    assert loads == ["credential", "credential"]
