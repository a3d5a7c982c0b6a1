"""What is tried on each storage: that it counts exactly, and what happens when it fails."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.limits.cluster import cluster, tell
from tests.limits.load import Answers, Steady, burst
from tests.services import Service, started

SERVE = ("flask", "serve")
PROXIED = {"APP_SERVER_PROXIES": "1", "APP_LOG_LEVEL": "warning"}
BUDGET, CALLS = 100, 1000
# A machine that is busy with other tests may keep a storage that is well from answering in time.
PATIENT = {"APP_LIMITS_PATIENCE_MS": "10000"}
WORKERS = 4


@dataclass
class Exactness:
    """How many calls each run admitted."""

    admitted: list[int]
    answers: Answers


def exact(folder: Path, settings: Mapping[str, str], strategy: str, runs: int) -> Exactness:
    """Make 1,000 calls at a time, each run for another address, where 100 are allowed."""
    limits = {"APP_LIMITS_STRATEGY": strategy, "APP_LIMITS_ADDRESS": f"{BUDGET}/day"}
    if "APP_LIMITER_URI" in settings:
        limits |= PATIENT
    admitted, all_answers = [], Answers()
    with started(folder, PROXIED | limits | dict(settings), SERVE, "/healthz") as service:
        for run in range(runs):
            answers = burst(service, CALLS, f"192.0.2.{run}")
            admitted.append(answers.statuses[401])
            all_answers.got += answers.got
    return Exactness(admitted, all_answers)


@dataclass
class Outcome:
    """What callers saw of a fault: while it was noticed, after that, and when it was over."""

    first: Answers
    later: Answers
    back: Answers
    events: dict[str, int]
    seconds_to_return: float

    @property
    def failures(self) -> int:
        """How many answers were the fault of the service."""
        parts = (self.first, self.later, self.back)
        return sum(n for part in parts for status, n in part.statuses.items() if status >= 500)


Fault = Callable[[Any], Callable[[], None]]  # does it, and returns what mends it


def killed(storage: Any) -> Callable[[], None]:
    """End the server; what starts again is empty."""
    storage.kill()
    return lambda: storage.start()


def frozen(storage: Any) -> Callable[[], None]:
    """Stop the process, so that connections stay open and nothing answers."""
    storage.freeze()
    return lambda: storage.thaw()


def full(storage: Any) -> Callable[[], None]:
    """Leave the server no memory."""
    tell(storage.port, "CONFIG SET maxmemory-policy noeviction")
    tell(storage.port, "CONFIG SET maxmemory 1")
    return lambda: (tell(storage.port, "CONFIG SET maxmemory 0"), None)[1]


def endure(folder: Path, storage: Any, fault: Fault, **settings: str) -> Outcome:
    """Start on a storage that counts, let the fault happen under load, and mend it."""
    storage.start()
    return _endure(folder, storage.uri, lambda: fault(storage), settings)


def refused_at_start(folder: Path, storage: Any, **settings: str) -> Outcome:
    """Start the service before its storage."""
    return _endure(folder, storage.uri, lambda: storage.start, settings)


def slow(folder: Path, storage: Any, line_to: Callable[[Any], Any], **settings: str) -> Outcome:
    """Let each answer take 0.15 seconds longer than it does."""
    storage.start()
    with line_to(storage) as line:

        def fault() -> Callable[[], None]:
            line.delay = 0.15
            return lambda: setattr(line, "delay", 0.0)

        return _endure(folder, line.uri, fault, settings)


def node_lost(folder: Path, stoppable: Callable[[], Any], **settings: str) -> Outcome:
    """Kill one node of a cluster of three, and start it again."""
    with cluster(stoppable) as (uri, nodes, start):

        def fault() -> Callable[[], None]:
            nodes[1].kill()
            return lambda: start(nodes[1])

        return _endure(folder, uri, fault, settings)


def _endure(
    folder: Path, uri: str, fault: Callable[[], Callable[[], None]], settings: Mapping[str, str]
) -> Outcome:
    given = {
        **PROXIED,
        "APP_LIMITER_URI": uri,
        "APP_SERVER_WORKERS": str(WORKERS),
        "APP_LIMITS_ADDRESS": "1000000/hour",
        **settings,
    }
    with started(folder, given, SERVE, "/healthz") as service:
        steady = Steady(service)
        try:
            steady.during(1.0)
            mend = fault()
            first = steady.during(1.5)
            later = steady.during(2.0)
            mend()
            mended = time.monotonic()
            seconds = returned(service, mended)
            back = steady.during(0.5)
        finally:
            steady.stop()
        return Outcome(first, later, back, events(service), seconds)


def events(service: Service) -> dict[str, int]:
    """Count what the journal told of the storage."""
    told: dict[str, int] = {"limiter_storage_away": 0, "limiter_storage_back": 0}
    for line in service.log.read_text(encoding="utf-8").splitlines():
        with suppress(ValueError):
            event = json.loads(line).get("event")
            if event in told:
                told[event] += 1
    return told


def returned(service: Service, since: float) -> float:
    """Wait until all workers share their counters again; return how long that took."""
    while time.monotonic() - since < 20:
        told = events(service)
        if told["limiter_storage_back"] >= told["limiter_storage_away"]:
            return time.monotonic() - since
        time.sleep(0.05)
    return float("inf")
