"""A caller is remembered for a few seconds, whatever is done to the time of day."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
import time_machine

MOMENT = datetime(2026, 1, 5, 12, tzinfo=UTC)
Recall = Callable[[float, float], Any]


@pytest.fixture
def remember(service: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Recall]:
    """Remember a caller whose credential lives so many seconds.

    What is returned asks for it when so many seconds have gone and the time of day was set back by so many.
    """

    def keep(lifetime: float) -> Recall:
        memory, expires_at = service.core.auth.caller_cache.CallerCache(), MOMENT + timedelta(seconds=lifetime)
        caller = service.core.request.Caller("ada", frozenset(), "1", expires_at)

        def at(seconds: float, set_back: float, act: Callable[[], Any]) -> Any:
            monkeypatch.setattr(time, "monotonic", lambda: 1000.0 + seconds)
            with time_machine.travel(MOMENT + timedelta(seconds=seconds - set_back), tick=False):
                return act()

        at(0, 0, lambda: memory.put(b"digest", caller, memory.generation()))
        return lambda seconds, set_back: at(seconds, set_back, lambda: memory.get(b"digest"))

    return keep


@pytest.mark.control("Z6")
@pytest.mark.parametrize("set_back", [0, 3600])
def test_a_caller_is_forgotten_within_five_seconds_also_by_a_clock_that_is_set_back(
    remember: Callable[[float], Recall], set_back: float
) -> None:
    recall = remember(3600)
    assert recall(0, set_back) is not None
    assert recall(3.9, set_back) is not None
    assert recall(4, set_back) is None


def test_a_caller_is_forgotten_when_its_credential_ends(remember: Callable[[float], Recall]) -> None:
    recall = remember(2)
    assert recall(1.9, 0) is not None
    assert recall(2, 0) is None
    assert remember(-1)(0, 0) is None
