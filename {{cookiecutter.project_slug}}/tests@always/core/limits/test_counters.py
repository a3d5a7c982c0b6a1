"""Every client has its own counter, even with an unusual name; the storage cannot read the name."""

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
def test_unusual_names_are_counted_separately(service: ModuleType, counters: Any) -> None:
    for name in NAMES:
        assert [counters.hit("unusual", name, RATE).admitted for _ in range(3)] == [True, True, False], repr(name)
    assert counters.storage.shared == service.core.settings.storage.SHARED


def test_limits_and_rates_are_counted_separately(counters: Any) -> None:
    assert counters.hit("one", "ada", RATE).remaining == 1
    assert counters.hit("two", "ada", RATE).remaining == 1
    assert counters.hit("one", "ada", parse("3/minute")).remaining == 2
    assert counters.hit("one", "ada", parse("2/2 minutes")).remaining == 1


@pytest.mark.control("R2")
def test_a_reset_is_never_later_than_the_end_of_the_window(service: ModuleType) -> None:
    """At this time, floating point makes slightly more than 60 seconds of a minute."""
    limits, time = service.core.limits, 8191.9546
    assert time + 60 - time > 60
    memory = limits.memory.MemoryStorage("fixed-window", lambda: time)
    assert limits.Counters(memory, "s" * 32, {}).hit("address", "ada", RATE).reset_after == 60


def test_keys_contain_no_names(service: ModuleType) -> None:
    key = service.core.limits.counters._key(b"s" * 32, "address", "192.0.2.1", 2, 60)
    assert len(key) == 41
    assert key.isascii()
    assert "192" not in key
    assert key != service.core.limits.counters._key(b"t" * 32, "address", "192.0.2.1", 2, 60)


def test_the_strategy_can_change_on_the_same_storage(make_app: Any, service: ModuleType) -> None:
    for strategy in service.core.settings.storage.STRATEGIES:
        counters = registered(make_app(limits_strategy=strategy), "Counters")
        assert [counters.hit("changed", "ada", RATE).admitted for _ in range(2)] == [True, True]
        assert counters.storage.shared == service.core.settings.storage.SHARED


def test_windows_can_be_long(make_app: Any, service: ModuleType) -> None:
    """The storage keeps counters for a month or a year."""
    for strategy in service.core.settings.storage.STRATEGIES:
        counters = registered(make_app(limits_strategy=strategy), "Counters")
        for rate in ("2/month", "2/year", "2/3 years"):
            assert [counters.hit("long", strategy, parse(rate)).admitted for _ in range(3)] == [True, True, False]


@pytest.mark.control("R3")
def test_hits_are_made_in_turn_until_one_is_rejected(make_app: Any, service: ModuleType) -> None:
    for strategy in service.core.settings.storage.STRATEGIES:
        counters = registered(make_app(limits_strategy=strategy), "Counters")
        hits = [counters.prepare(name, strategy, RATE) for name in ("first", "second", "third")]
        counters.storage.hit(hits[1])
        assert [result.remaining for result in counters.storage.hit_all(hits)] == [1, 0, 1], strategy
        assert [result.admitted for result in counters.storage.hit_all(hits)] == [True, False], strategy
        left = [counters.hit(name, strategy, RATE, cost=0).remaining for name in ("first", "second", "third")]
        assert left == [0, 0, 1], strategy
