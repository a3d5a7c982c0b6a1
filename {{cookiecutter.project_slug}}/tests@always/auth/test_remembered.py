"""A caller is remembered for a few seconds, whatever is done to the time of day."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

Later = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def remember(service: ModuleType) -> Callable[[float], Callable[[], Any]]:
    """Remember a caller whose credential lives so many seconds; return what asks for it."""

    def keep(seconds: float) -> Callable[[], Any]:
        expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
        memory = service.auth.remembered.Remembered()
        memory.put(b"digest", service.auth.Caller("ada", frozenset(), "1", expires_at), memory.generation())
        return lambda: memory.get(b"digest")

    return keep


@pytest.mark.control("Z6")
@pytest.mark.parametrize("set_back", [0, 3600])
def test_a_caller_is_forgotten_within_five_seconds_also_by_a_clock_that_is_set_back(
    remember: Callable[[float], Callable[[], Any]], later: Later, set_back: float
) -> None:
    recall = remember(3600)
    assert recall() is not None
    with later(2, set_back):
        assert recall() is not None
    with later(5, set_back):
        assert recall() is None


def test_a_caller_is_forgotten_when_its_credential_ends(
    remember: Callable[[float], Callable[[], Any]], later: Later
) -> None:
    recall = remember(2)
    assert recall() is not None
    with later(2):
        assert recall() is None
    assert remember(-1)() is None
