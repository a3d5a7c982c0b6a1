"""Measure how the cost of a request depends on the load and on the amount of data.

Each part prints its tables and adds them to the report. Linux only: the memory of a process is read
from /proc.
"""

import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks import latency, layers, processes, report, sizes, wrk
from benchmarks.rendered import Run
from benchmarks.targets import ME, bare_command, serving, threads
from tests.services import bake, free_port

WORKERS = (1, 2, 4)
THREADS = (1, 2, 4, 8, 16)
STORAGES = ("memory", "redis", "valkey", "memcached")


def workers(run: Run) -> list[str]:
    """Measure the throughput of several workers on the cores of this machine."""
    title = f"Throughput of `{ME}` by the number of workers; wrk uses one of the cores:"
    return [title, throughput(run, "workers", WORKERS)]


def thread_counts(run: Run) -> list[str]:
    """Measure the throughput of one worker with several numbers of threads."""
    title = f"Throughput of `{ME}` by the number of threads of a worker:"
    return [title, throughput(run, "threads", THREADS)]


def throughput(run: Run, name: str, numbers: tuple[int, ...]) -> str:
    """Return a table of the throughput for each value of the setting ``name`` of the server."""
    with ExitStack() as running:
        subjects = {}
        for number in numbers:
            settings = {f"APP_SERVER_{name.upper()}": str(number)}
            settings |= run.settings(f"{name}-{number}")
            target = running.enter_context(serving(run.service, settings))
            subjects[f"{number}"] = target.measure(ME, run.seconds)
        found = run.speeds(subjects)
    rows = [(number, f"{speed:,.0f}") for number, speed in found.items()]
    return report.table((name, "requests per second"), rows)


def start(run: Run) -> list[str]:
    """Measure the time from the start of the process to the first response with status 200."""
    service = run.service
    with serving(service, run.settings("start")) as target:
        number = threads(target.server)
        environment = target.server.environment
    environment |= {"BARE_DATABASE_URL": f"sqlite:///{service / 'var' / 'bare.db'}"}
    python = str(service / ".venv" / "bin" / "python")

    def measure(path: str, command: Callable[[int], tuple[str, ...]]) -> float:
        port = free_port()
        variables = {**environment, "APP_SERVER_PORT": str(port)}
        return processes.seconds_to_first_response(
            (python, "-m", *command(port)), service, variables, port, path
        )

    bare = partial(measure, ME.split()[1], lambda port: bare_command(service, port, number))
    secured = partial(measure, "/healthz", lambda _port: ("flask", "serve"))
    # One round takes about two seconds.
    found = run.speeds({"bare Flask": bare, "secured": secured})
    before, after = found.values()
    row = (f"{before * 1000:.0f}", f"{after * 1000:.0f}", f"{after / before:.2f}")
    return [
        "Milliseconds from the start of the process to its first response with status 200:",
        report.table(("", *found, "ratio"), [("start", *row)]),
    ]


def storages(run: Run) -> list[str]:
    """Measure the two limits of a request on each limiter storage."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for storage in STORAGES:
            service = bake(Path(name) / storage, {"limiter_backend": storage})
            costs = layers.measured(service, run.rounds, run.seconds / 10)[ME]
            limits = costs["limits.by_address"] + costs["limits.by_caller"]
            rows.append((storage, f"{limits:.0f}", f"{costs['round trips']:.0f}"))
    return [
        f"The two rate limits of a `{ME}`, by address and by caller, in process:",
        report.table(("limiter storage", "microseconds", "round trips"), rows),
    ]


PARTS = {
    "latency": latency.measure,
    "workers": workers,
    "threads": thread_counts,
    "sizes": sizes.measure,
    "start": start,
    "storages": storages,
}


def main(parts: list[str], run: Run, results: Path) -> None:
    """Measure the parts, print their tables, and write the section of the report."""
    written: list[str] = []
    software = report.versions(run.service, "granian", "Flask", "SQLAlchemy")
    method = (
        f"{report.method(run.rounds, run.seconds, wrk.CONNECTIONS)} SQLite; one worker, except in"
        " the table of workers. Durations at fixed rates are from one run each."
    )
    for part in parts:
        lines = PARTS[part](run)
        print(*lines, "", sep="\n", flush=True)
        written += lines
        # after each part, so that an interrupted run leaves its results
        report.write(results, "bench-scale", [report.conditions(method, software), *written])


if __name__ == "__main__":
    if sys.platform != "linux":
        sys.exit("bench-scale: only Linux is supported")
    wrk.require()
    parser = report.arguments(__doc__, rounds=3, seconds=2)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--sizes", nargs="+", type=int, default=sizes.SIZES, help="keys and items")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        rendered = Run(bake(Path(name), {}), given.rounds, given.seconds, tuple(given.sizes))
        main(given.parts, rendered, given.results)
