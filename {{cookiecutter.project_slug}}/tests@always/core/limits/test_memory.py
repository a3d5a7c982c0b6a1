"""Counting in memory, with each strategy; the reset times are exact."""

from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest
from limits import parse

from tests.core.package import core

Hit = core.limits.result.Hit
FIVE = parse("5/10 seconds")
STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
KEY = "limits:{x}"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=STRATEGIES)
def memory(service: ModuleType, clock: Clock, request: pytest.FixtureRequest) -> Any:
    return service.core.limits.memory.MemoryStorage(request.param, clock)


@pytest.mark.control("R3")
def test_concurrent_hits_admit_exactly_the_rate(memory: Any) -> None:
    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(lambda _: memory.hit(Hit(KEY, parse("100/minute"))), range(1000)))
    assert sum(result.admitted for result in results) == 100
    assert sorted(result.remaining for result in results if result.admitted) == list(range(100))


def test_a_rejected_hit_is_admitted_after_the_reset(memory: Any, clock: Clock) -> None:
    """At any usage the reset is exact: a hit is rejected just before it and admitted just after it."""
    for pause in (0.0, 1.5, 0.5, 4.0, 7.0, 0.1, 2.0, 12.0, 0.0, 3.3) * 3:
        clock.now += pause
        result = memory.hit(Hit(KEY, FIVE))
        while result.admitted:
            result = memory.hit(Hit(KEY, FIVE))
        assert 0 < result.reset <= 20
        clock.now += result.reset - 0.01
        assert not memory.hit(Hit(KEY, FIVE)).admitted
        clock.now += 0.02
        assert memory.hit(Hit(KEY, FIVE)).admitted


def test_after_two_windows_nothing_counts(memory: Any, clock: Clock) -> None:
    while memory.hit(Hit(KEY, FIVE)).admitted:
        pass
    clock.now += 20
    assert memory.hit(Hit(KEY, FIVE)).remaining == 4


def test_a_cost_of_0_only_reads(memory: Any) -> None:
    assert [memory.hit(Hit(KEY, FIVE, 0)).remaining for _ in range(9)] == [5] * 9


def test_a_rejected_cost_is_not_counted(memory: Any) -> None:
    assert memory.hit(Hit(KEY, FIVE, 3)).remaining == 2
    rejected = memory.hit(Hit(KEY, FIVE, 3))
    assert (rejected.admitted, rejected.remaining) == (False, 2)
    assert memory.hit(Hit(KEY, FIVE, 2)).admitted
    assert not memory.hit(Hit(KEY, FIVE, 9)).admitted


def test_clear_deletes_the_hits(memory: Any) -> None:
    memory.hit(Hit(KEY, FIVE, 5))
    memory.clear(KEY, FIVE)
    memory.clear("limits:{unknown}", FIVE)
    assert memory.hit(Hit(KEY, FIVE)).remaining == 4


def test_a_moving_window_never_exceeds_the_rate_in_any_window(service: ModuleType, clock: Clock) -> None:
    moving = service.core.limits.memory.MemoryStorage("moving-window", clock)
    admitted = []
    for _ in range(400):
        clock.now += 0.35
        if moving.hit(Hit(KEY, FIVE)).admitted:
            admitted.append(clock.now)
    assert all(later - earlier >= 10 for earlier, later in zip(admitted, admitted[5:], strict=False))


def test_memory_is_bounded(service: ModuleType, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows that have ended are deleted, and the oldest windows if there are too many."""
    module = service.core.limits.memory
    monkeypatch.setattr(module, "MAX_WINDOWS", 10)
    memory = module.MemoryStorage("fixed-window", clock)
    for number in range(100):
        memory.hit(Hit(f"limits:{{{number}}}", FIVE))
    assert len(memory._windows) == 10
    assert memory.hit(Hit("limits:{99}", FIVE)).remaining == 3
    clock.now += 100
    memory.hit(Hit("limits:{new}", FIVE))
    assert len(memory._windows) == 1


def test_the_time_is_read_in_the_order_of_the_hits(service: ModuleType) -> None:
    """A hit with an older time than the one before it would begin another window."""
    locked: list[bool] = []

    def clock() -> float:
        locked.append(memory._lock.locked() if locked else True)
        return 1000.0

    memory = service.core.limits.memory.MemoryStorage("sliding-window-counter", clock)
    memory.hit(Hit(KEY, FIVE))
    assert locked == [True, True]
