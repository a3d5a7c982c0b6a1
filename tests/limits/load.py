"""Call a service from many threads, and keep what came back and when."""

import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from tests.services import Service

PATH = "/api/v1/me"  # answers 401 without a credential, and 429 past the budget


@dataclass
class Answers:
    """The status of each answer, and for how long it was waited."""

    got: list[tuple[int, float]] = field(default_factory=list)

    @property
    def statuses(self) -> Counter[int]:
        """How often each status came."""
        return Counter(status for status, _ in self.got)

    @property
    def worst(self) -> float:
        """The longest wait, in seconds."""
        return max((seconds for _, seconds in self.got), default=0.0)

    @property
    def p99(self) -> float:
        """The wait that 99 of 100 did not exceed, in seconds."""
        waits = sorted(seconds for _, seconds in self.got)
        return waits[int(len(waits) * 0.99)] if waits else 0.0


def burst(service: Service, calls: int, address: str, threads: int = 24) -> Answers:
    """Make so many calls at the same time, in the name of one address behind a proxy.

    The threads are fewer than the connections that one worker takes, which may get all of them.
    """
    answers, numbers, ready = Answers(), count(), threading.Barrier(threads, timeout=30)

    def run() -> None:
        connection = _connect(service)
        ready.wait()
        while next(numbers) < calls:
            answers.got.append(_call(connection, address))
        connection.close()

    _together([threading.Thread(target=run) for _ in range(threads)])
    return answers


class Steady:
    """Calls without a pause from a few threads until it is stopped; answers are kept by phase."""

    def __init__(self, service: Service, threads: int = 4) -> None:
        """Begin to call."""
        self._service = service
        self._going = True
        self.phase = Answers()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def during(self, seconds: float) -> Answers:
        """Return the answers of the calls that begin in the next seconds."""
        self.phase = phase = Answers()
        time.sleep(seconds)
        self.phase = Answers()
        return phase

    def stop(self) -> None:
        """Stop calling."""
        self._going = False
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        connection, numbers = _connect(self._service), count()
        while self._going:
            phase, number = self.phase, next(numbers)
            # Many addresses, so that none uses its budget up and a cluster sees keys for each node.
            phase.got.append(_call(connection, f"198.51.100.{number % 250}"))
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
    answer = connection.getresponse()
    answer.read()
    return answer.status, time.monotonic() - started


def _together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
