"""Send requests to a service from many threads, and record the responses."""

import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from tests.services import Service

PATH = "/api/v1/me"  # 401 without a credential, 429 above the limit


@dataclass
class Responses:
    """The status and duration of each response."""

    received: list[tuple[int, float]] = field(default_factory=list)

    @property
    def statuses(self) -> Counter[int]:
        """The number of responses per status."""
        return Counter(status for status, _ in self.received)

    @property
    def longest(self) -> float:
        """The longest duration, in seconds."""
        return max((seconds for _, seconds in self.received), default=0.0)

    @property
    def p99(self) -> float:
        """The 99th percentile of the durations, in seconds."""
        durations = sorted(seconds for _, seconds in self.received)
        return durations[int(len(durations) * 0.99)] if durations else 0.0


def burst(service: Service, requests: int, address: str, threads: int = 24) -> Responses:
    """Send concurrent requests that a proxy forwards for one client address.

    There are fewer threads than one worker accepts connections, as one worker may get all of them.
    """
    responses, numbers, ready = Responses(), count(), threading.Barrier(threads, timeout=30)

    def run() -> None:
        connection = _connect(service)
        ready.wait()
        while next(numbers) < requests:
            responses.received.append(_call(connection, address))
        connection.close()

    _run_all([threading.Thread(target=run) for _ in range(threads)])
    return responses


class Steady:
    """A constant load from a few threads; the responses are recorded by phase."""

    def __init__(self, service: Service, threads: int = 4) -> None:
        """Start the threads."""
        self._service = service
        self._running = True
        self.phase = Responses()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def during(self, seconds: float) -> Responses:
        """Return the responses to the requests sent within the next seconds."""
        self.phase = phase = Responses()
        time.sleep(seconds)
        self.phase = Responses()
        return phase

    def stop(self) -> None:
        """Stop the threads."""
        self._running = False
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        connection, numbers = _connect(self._service), count()
        while self._running:
            phase, number = self.phase, next(numbers)
            # Many addresses: none reaches its limit, and every node of a cluster gets keys.
            phase.received.append(_call(connection, f"198.51.100.{number % 250}"))
            time.sleep(0.005)
        connection.close()


def _connect(service: Service) -> http.client.HTTPSConnection:
    connection = http.client.HTTPSConnection(
        "localhost", service.port, timeout=10, context=service.authority
    )
    connection.connect()
    return connection


def _call(connection: http.client.HTTPSConnection, address: str) -> tuple[int, float]:
    started = time.monotonic()
    connection.request("GET", PATH, headers={"X-Forwarded-For": address})
    response = connection.getresponse()
    response.read()
    return response.status, time.monotonic() - started


def _run_all(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
