"""Print the time of each layer in microseconds for each call, as JSON.

It runs in the environment of a rendered service. Each layer is replaced by one that adds the time
it takes to a sum. The service's log lines are discarded. ``round trips`` counts what a request
sends to the limiter storage.
"""

import importlib
import json
import os
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from statistics import median
from typing import Any

import bare
import wsgi
from flask import Flask
from werkzeug.test import EnvironBuilder

CALLS = json.loads(os.environ["BENCH_CALLS"])
ITEM = os.environ["BENCH_ITEM"].encode()
HEADERS = {"X-API-Key": os.environ["BENCH_KEY"]}
APPLICATION, FLASK, VIEW, ROUND_TRIPS = "total", "in Flask", "view", "round trips"
spent: Counter[str] = Counter()


def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, which now adds its time in nanoseconds to ``spent``."""

    def measured(*args: Any, **options: Any) -> Any:
        start = time.perf_counter_ns()
        try:
            return function(*args, **options)
        finally:
            spent[name] += time.perf_counter_ns() - start

    return measured


def counted(send: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of a socket that counts its calls."""

    def counting(*args: Any) -> Any:
        spent[ROUND_TRIPS] += 1
        return send(*args)

    return counting


def instrumented() -> tuple[Flask, list[str]]:
    """Return the service with timed layers, and the names of the layers."""
    pipeline = importlib.import_module(f"{wsgi.create_app.__module__}.core.pipeline")
    named = {
        f"{layer.__module__.rpartition('.')[2]}.{layer.__name__}": layer
        for layer in pipeline.LAYERS
    }
    pipeline.LAYERS = tuple(timed(name, layer) for name, layer in named.items())
    # The middleware wraps this method when the application is created.
    Flask.wsgi_app = timed(FLASK, Flask.wsgi_app)
    app = wsgi.create_app()
    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = timed(VIEW, view)
    return app, list(named)


def request(app: Flask, environ: dict[str, Any]) -> tuple[int, bytes]:
    """Make one request and return the status and the body."""
    statuses: list[str] = []

    def start_response(status: str, _headers: Any, _failure: Any = None) -> Any:
        statuses.append(status)

    environ = {**environ, "wsgi.input": BytesIO(ITEM)}
    start = time.perf_counter_ns()
    response = app.wsgi_app(environ, start_response)
    body = b"".join(response)
    if hasattr(response, "close"):
        response.close()
    spent[APPLICATION] += time.perf_counter_ns() - start
    return int(statuses[0][:3]), body


def environ_of(call: str, item: str) -> dict[str, Any]:
    """Return the WSGI environment of a call."""
    method, path = call.format(id=item).split()
    posted = {"data": ITEM, "content_type": "application/json"} if method == "POST" else {}
    builder = EnvironBuilder(path, "https://localhost", method=method, headers=HEADERS, **posted)
    with closing(builder):
        return {**builder.get_environ(), "REMOTE_ADDR": "127.0.0.1"}


def measure(app: Flask, call: str, environ: dict[str, Any], seconds: float) -> dict[str, float]:
    """Return the median time in nanoseconds of everything that is timed."""
    expected = 201 if call.startswith("POST") else 200
    samples: list[Counter[str]] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline or not samples:
        spent.clear()
        status, body = request(app, environ)
        if status != expected:
            raise RuntimeError(f"{call}: {status} {body.decode()}")
        samples.append(spent.copy())
    # The median of all requests: other processes interrupt a few of them.
    return {name: median(sample[name] for sample in samples) for name in samples[-1]}


def costs(plain: float, found: dict[str, float], layers: list[str]) -> dict[str, float]:
    """Return the rows of the table for one call in microseconds, outermost first."""
    inside = {name: found.get(name, 0.0) for name in layers}
    times = {
        "bare Flask, total": plain,
        "middleware": found[APPLICATION] - found[FLASK],
        **inside,
        VIEW: found[VIEW],
        "Flask and the rest": found[FLASK] - found[VIEW] - sum(inside.values()),
        APPLICATION: found[APPLICATION],
    }
    microseconds = {name: nanoseconds / 1000 for name, nanoseconds in times.items()}
    return {**microseconds, ROUND_TRIPS: found.get(ROUND_TRIPS, 0.0)}


def main(rounds: int, seconds: float) -> None:
    """Measure the service and bare Flask alternately and print the medians."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    for method in ("send", "sendall"):
        setattr(socket.socket, method, counted(getattr(socket.socket, method)))
    app, layers = instrumented()
    apps = {app: "secured", bare.app: "bare"}
    found: dict[tuple[str, str], list[dict[str, float]]] = {}
    for round_number in range(rounds + 1):
        for call in CALLS:
            for subject, name in apps.items():
                _, created = request(subject, environ_of("POST /api/v1/items", ""))
                environ = environ_of(call, json.loads(created)["id"])
                result = measure(subject, call, environ, seconds)
                if round_number:  # the first round is a warm-up
                    found.setdefault((name, call), []).append(result)
    medians = {
        subject: {name: median(result.get(name, 0.0) for result in results) for name in results[-1]}
        for subject, results in found.items()
    }
    print(
        json.dumps(
            {
                call: costs(medians["bare", call][APPLICATION], medians["secured", call], layers)
                for call in CALLS
            }
        ),
        file=output,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
