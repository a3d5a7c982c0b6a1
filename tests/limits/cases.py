"""Measurements on a limiter storage: whether it counts exactly, and the effect of failures."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.limits.cluster import cluster, send_command
from tests.limits.load import Responses, Steady, burst
from tests.services import Service, started

SERVE = ("flask", "serve")
PROXIED = {"APP_SERVER_TRUSTED_PROXIES": "1", "APP_LOG_LEVEL": "warning"}
LIMIT, REQUESTS = 100, 1000
# On a busy machine, a healthy storage may exceed the default timeout.
LONG_TIMEOUT = {"APP_LIMITS_TIMEOUT_MS": "10000"}
WORKERS = 4


@dataclass
class Exactness:
    """The number of requests that each run admitted, and all responses."""

    admitted: list[int]
    responses: Responses


def exact(folder: Path, settings: Mapping[str, str], strategy: str, runs: int) -> Exactness:
    """Send 1,000 concurrent requests at a limit of 100, from another address in each run."""
    limits = {"APP_LIMITS_STRATEGY": strategy, "APP_LIMITS_ADDRESS": f"{LIMIT}/day"}
    if "APP_LIMITER_URI" in settings:
        limits |= LONG_TIMEOUT
    admitted, responses = [], Responses()
    with started(folder, PROXIED | limits | dict(settings), SERVE, "/healthz") as service:
        for run in range(runs):
            result = burst(service, REQUESTS, f"192.0.2.{run}")
            admitted.append(result.statuses[401])
            responses.received += result.received
    return Exactness(admitted, responses)


@dataclass
class Outcome:
    """The responses at the start of a failure, later, and after recovery."""

    first: Responses
    later: Responses
    recovered: Responses
    events: dict[str, int]
    seconds_to_return: float

    @property
    def failures(self) -> int:
        """The number of responses with a 5xx status."""
        parts = (self.first, self.later, self.recovered)
        return sum(n for part in parts for status, n in part.statuses.items() if status >= 500)


Failure = Callable[[Any], Callable[[], None]]  # causes it, returns a function that ends it


def killed(storage: Any) -> Callable[[], None]:
    """Kill the server; after a restart it is empty."""
    storage.kill()
    return lambda: storage.start()


def frozen(storage: Any) -> Callable[[], None]:
    """Pause the process: connections stay open, but it does not respond."""
    storage.freeze()
    return lambda: storage.thaw()


def full(storage: Any) -> Callable[[], None]:
    """Set the server's memory limit to almost nothing."""
    send_command(storage.port, "CONFIG SET maxmemory-policy noeviction")
    send_command(storage.port, "CONFIG SET maxmemory 1")
    return lambda: (send_command(storage.port, "CONFIG SET maxmemory 0"), None)[1]


def during_failure(folder: Path, storage: Any, failure: Failure, **settings: str) -> Outcome:
    """Start with a working storage, cause the failure under load, and end it."""
    storage.start()
    return _measure(folder, storage.uri, lambda: failure(storage), settings)


def unavailable_at_start(folder: Path, storage: Any, **settings: str) -> Outcome:
    """Start the service before its storage."""
    return _measure(folder, storage.uri, lambda: storage.start, settings)


def slow(folder: Path, storage: Any, line_to: Callable[[Any], Any], **settings: str) -> Outcome:
    """Delay each response of the storage by 0.15 seconds."""
    storage.start()
    with line_to(storage) as line:

        def failure() -> Callable[[], None]:
            line.delay = 0.15
            return lambda: setattr(line, "delay", 0.0)

        return _measure(folder, line.uri, failure, settings)


def node_lost(folder: Path, stoppable: Callable[[], Any], **settings: str) -> Outcome:
    """Kill one node of a cluster of three, and start it again."""
    with cluster(stoppable) as (uri, nodes, start):

        def failure() -> Callable[[], None]:
            nodes[1].kill()
            return lambda: start(nodes[1])

        return _measure(folder, uri, failure, settings)


def _measure(
    folder: Path, uri: str, failure: Callable[[], Callable[[], None]], settings: Mapping[str, str]
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
            end = failure()
            first = steady.during(1.5)
            later = steady.during(2.0)
            end()
            ended = time.monotonic()
            seconds = seconds_until_shared(service, ended)
            recovered = steady.during(0.5)
        finally:
            steady.stop()
        return Outcome(first, later, recovered, events(service), seconds)


def events(service: Service) -> dict[str, int]:
    """Return how often the log reports the storage as unavailable and as available again."""
    counts: dict[str, int] = {"limiter_storage_unavailable": 0, "limiter_storage_available": 0}
    for line in service.log.read_text(encoding="utf-8").splitlines():
        with suppress(ValueError):
            event = json.loads(line).get("event")
            if event in counts:
                counts[event] += 1
    return counts


def seconds_until_shared(service: Service, since: float) -> float:
    """Wait until all workers use the storage again; return the seconds since then."""
    while time.monotonic() - since < 20:
        counts = events(service)
        if counts["limiter_storage_available"] >= counts["limiter_storage_unavailable"]:
            return time.monotonic() - since
        time.sleep(0.05)
    return float("inf")
