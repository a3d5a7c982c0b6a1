"""Whoever is counted, however odd the name: each has a counter of its own, which the storage cannot read."""

from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from limits import parse

from tests.core.registry import registered

RATE = parse("2/minute")
NAMES = [
    "caller ada",
    "caller ada ",
    "caller  ada",
    "",
    " ",
    "\n",
    "\0",
    "é" * 300,
    "x" * 100_000,
    "x" * 100_001,
    "\udcff",
    "ada/2/1/minute",
    "日本",
    "a\tb",
    "{a}",
    "}{",
]


@pytest.fixture
def counters(app: Flask) -> Any:
    return registered(app, "Counters")


@pytest.mark.control("R3")
def test_odd_names_are_counted_as_any_other_and_apart(service: ModuleType, counters: Any) -> None:
    for name in NAMES:
        assert [counters.hit("odd", name, RATE).admitted for _ in range(3)] == [True, True, False], repr(name)
    assert counters.shared == service.core.settings.storage.SHARED


def test_budgets_and_rates_are_apart(counters: Any) -> None:
    assert counters.hit("one", "somebody", RATE).remaining == 1
    assert counters.hit("two", "somebody", RATE).remaining == 1
    assert counters.hit("one", "somebody", parse("3/minute")).remaining == 2
    assert counters.hit("one", "somebody", parse("2/2 minutes")).remaining == 1


@pytest.mark.control("R2")
def test_a_reset_is_never_later_than_the_end_of_the_window(service: ModuleType) -> None:
    """At this moment floating point makes a little more than a minute of a minute."""
    limits, moment = service.core.limits, 8191.9546
    assert moment + 60 - moment > 60
    memory = limits.memory.MemoryStorage("fixed-window", lambda: moment)
    assert limits.Counters(memory, "s" * 32, {}).hit("told", "somebody", RATE).reset_after == 60


def test_the_storage_learns_no_name(service: ModuleType) -> None:
    key = service.core.limits.counters._key(b"s" * 32, "address", "192.0.2.1", 2, 60)
    assert len(key) == 41
    assert key.isascii()
    assert "192" not in key
    assert key != service.core.limits.counters._key(b"t" * 32, "address", "192.0.2.1", 2, 60)


def test_another_strategy_can_be_chosen_on_the_same_storage(make_app: Any, service: ModuleType) -> None:
    for strategy in service.core.settings.storage.STRATEGIES:
        counters = registered(make_app(limits_strategy=strategy), "Counters")
        assert [counters.hit("changed", "somebody", RATE).admitted for _ in range(2)] == [True, True]
        assert counters.shared == service.core.settings.storage.SHARED


def test_long_windows_hold(make_app: Any, service: ModuleType) -> None:
    """A month or a year: no counter is forgotten at once."""
    for strategy in service.core.settings.storage.STRATEGIES:
        counters = registered(make_app(limits_strategy=strategy), "Counters")
        for rate in ("2/month", "2/year", "2/3 years"):
            assert [counters.hit("long", strategy, parse(rate)).admitted for _ in range(3)] == [True, True, False]
