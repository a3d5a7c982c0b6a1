"""Clients that call a running service without a pause, and the reload of its secrets while they do."""

import http.client
import json
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Event, Thread

from tests.core.live_server import HOST, Served

PAUSE, SECONDS = 0.03, 60


@dataclass(frozen=True)
class Call:
    """A request of the load: its path, its current headers, its body, a form or JSON, and a part of the response."""

    path: str
    headers: Callable[[], Mapping[str, str]]
    body: str | None = None
    expected: bytes = b""


@contextmanager
def load(served: Served, *calls: Call) -> Iterator[list[str]]:
    """Send each call repeatedly, on new connections and on a kept one; every one must get the expected 2xx response.

    Yields a list that receives the path of each request.
    """
    stop, failures = Event(), []
    sent: list[str] = []

    def repeat(call: Call, keep: bool) -> None:
        connection = connect(served)
        with closing(connection):
            while not stop.wait(PAUSE):
                try:
                    status, body = send(connection, call)
                except OSError as error:
                    status, body = 0, repr(error).encode()
                    connection.close()
                sent.append(call.path)
                if not 200 <= status < 300 or call.expected not in body:
                    failures.append(f"{call.path}, connection kept: {keep}: {status} {body[:200]!r}")
                if not keep:
                    connection.close()

    threads = [Thread(target=repeat, args=(call, keep)) for call in calls for keep in (False, True)]
    for thread in threads:
        thread.start()
    try:
        yield sent
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures, failures[:10]
    assert len(sent) > 100


def connect(served: Served) -> http.client.HTTPSConnection:
    """Return a connection, which is established at the first request and again after the server has closed it."""
    return http.client.HTTPSConnection(HOST, served.port, context=served.trusting(), timeout=20)


def send(connection: http.client.HTTPSConnection, call: Call) -> tuple[int, bytes]:
    """Return the status and the body of the response."""
    headers = {"Host": "localhost", **call.headers()}
    connection.request("GET" if call.body is None else "POST", call.path, call.body, headers)
    response = connection.getresponse()
    return response.status, response.read()


def once(served: Served, call: Call) -> tuple[int, bytes]:
    """Send a request on a new connection, and return the status and the body of the response."""
    with closing(connect(served)) as connection:
        return send(connection, call)


def reload(*processes: Served) -> list[str]:
    """Send SIGHUP to the processes, wait until they have completed the reload, and return what they log as changed."""
    counts = [len(reloads(each)) for each in processes]
    for each in processes:
        each.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + SECONDS
    while any(len(reloads(each)) <= count for each, count in zip(processes, counts, strict=True)):
        assert time.monotonic() < deadline, processes[0].output.read_text()[-2000:]
        time.sleep(0.1)
    changed: list[str] = reloads(processes[0])[-1].get("changed", [])
    return changed


def reloads(served: Served) -> list[dict[str, list[str]]]:
    """Return the log lines of completed and of rejected reloads."""
    lines = [json.loads(line) for line in served.output.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] in ("sys_restart", "reload")]
