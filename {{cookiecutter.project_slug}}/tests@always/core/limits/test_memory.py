"""Counters in the memory of the process, by each strategy, and what their answers promise."""

from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest
from limits import parse

FIVE = parse("5/10 seconds")
STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
KEY = "limits:{x}"


class Clock:
    """A clock that stands until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=STRATEGIES)
def memory(service: ModuleType, clock: Clock, request: pytest.FixtureRequest) -> Any:
    return service.core.limits.memory.MemoryStorage(request.param, clock)


@pytest.mark.control("R3")
def test_calls_at_the_same_time_admit_exactly_the_budget(memory: Any) -> None:
    with ThreadPoolExecutor(32) as pool:
        standings = list(pool.map(lambda _: memory.hit(KEY, parse("100/minute")), range(1000)))
    assert sum(standing.admitted for standing in standings) == 100
    assert sorted(standing.remaining for standing in standings if standing.admitted) == list(range(100))


def test_a_refused_call_is_admitted_after_the_time_that_it_was_told(memory: Any, clock: Clock) -> None:
    """Whatever was used when: the promise holds, and is not made longer than the window needs."""
    for pause in (0.0, 1.5, 0.5, 4.0, 7.0, 0.1, 2.0, 12.0, 0.0, 3.3) * 3:
        clock.now += pause
        standing = memory.hit(KEY, FIVE)
        while standing.admitted:
            standing = memory.hit(KEY, FIVE)
        assert 0 < standing.reset <= 20
        clock.now += standing.reset - 0.01
        assert not memory.hit(KEY, FIVE).admitted
        clock.now += 0.02
        assert memory.hit(KEY, FIVE).admitted


def test_after_two_windows_the_budget_is_whole(memory: Any, clock: Clock) -> None:
    while memory.hit(KEY, FIVE).admitted:
        pass
    clock.now += 20
    assert memory.hit(KEY, FIVE).remaining == 4


def test_a_look_counts_nothing(memory: Any) -> None:
    assert [memory.hit(KEY, FIVE, 0).remaining for _ in range(9)] == [5] * 9


def test_a_cost_that_does_not_fit_takes_nothing(memory: Any) -> None:
    assert memory.hit(KEY, FIVE, 3).remaining == 2
    refused = memory.hit(KEY, FIVE, 3)
    assert (refused.admitted, refused.remaining) == (False, 2)
    assert memory.hit(KEY, FIVE, 2).admitted
    assert not memory.hit(KEY, FIVE, 9).admitted


def test_what_is_cleared_is_whole(memory: Any) -> None:
    memory.hit(KEY, FIVE, 5)
    memory.clear(KEY, FIVE)
    memory.clear("limits:{never seen}", FIVE)
    assert memory.hit(KEY, FIVE).remaining == 4


def test_a_moving_window_never_admits_more_than_the_budget_in_any_window(service: ModuleType, clock: Clock) -> None:
    moving = service.core.limits.memory.MemoryStorage("moving-window", clock)
    admitted = []
    for _ in range(400):
        clock.now += 0.35
        if moving.hit(KEY, FIVE).admitted:
            admitted.append(clock.now)
    assert all(later - earlier >= 10 for earlier, later in zip(admitted, admitted[5:], strict=False))


def test_memory_is_bounded(service: ModuleType, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has ended is forgotten; of too many callers at a time, those seen first."""
    module = service.core.limits.memory
    monkeypatch.setattr(module, "MAX_WINDOWS", 10)
    memory = module.MemoryStorage("fixed-window", clock)
    for number in range(100):
        memory.hit(f"limits:{{{number}}}", FIVE)
    assert len(memory._windows) == 10
    assert memory.hit("limits:{99}", FIVE).remaining == 3
    clock.now += 100
    memory.hit("limits:{new}", FIVE)
    assert len(memory._windows) == 1
