"""Durations at fixed rates, new connections, and memory, of the service and of bare Flask."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial

from benchmarks import processes, report, wrk
from benchmarks.open_loop import Load
from benchmarks.rendered import Run
from benchmarks.targets import ME, Target, bare, serving

RATES = (250, 500, 1000)  # requests per second
PATH = ME.split()[1]


def measure(run: Run) -> list[str]:
    """Measure durations at fixed rates, new connections and memory, against bare Flask."""
    with ExitStack() as running:
        service = running.enter_context(serving(run.service, run.settings("latency")))
        url = f"sqlite:///{run.service / 'var' / 'bare.db'}"
        subjects = {"bare Flask": running.enter_context(bare(service, url)), "secured": service}
        rows = [
            (f"{rate:,} per second, {name}", *durations(target, rate, run.seconds * 4))
            for rate in RATES
            for name, target in subjects.items()
        ]
        connecting = run.speeds(
            {name: connections(target, run.seconds) for name, target in subjects.items()}
        )
        memory = {
            name: processes.memory(target.server.process.pid) for name, target in subjects.items()
        }
    return [
        f"Time from when a `{ME}` was due to its response, in milliseconds, at a fixed rate:",
        report.table(("requests", "p50", "p99", "p99.9"), rows),
        f"New TLS connections per second, each with one `{ME}`; memory of the worker afterwards:",
        compared("", connecting, memory),
    ]


def durations(target: Target, rate: int, seconds: float) -> list[str]:
    """Return the percentiles of the durations at a rate, in milliseconds."""
    url = target.server.url + PATH
    load = Load(url, target.credential, target.server.authority)
    load.run(rate, seconds)
    return [f"{duration * 1000:.1f}" for duration in load.percentiles(0.5, 0.99, 0.999)]


def connections(target: Target, seconds: float) -> Callable[[], float]:
    """Return a function that returns the new TLS connections per second."""
    headers = {**target.credential, "Connection": "close"}
    return partial(wrk.requests_per_second, target.server.url + PATH, headers, seconds)


def compared(what: str, connecting: Mapping[str, float], memory: Mapping[str, int]) -> str:
    """Return the table of connections and memory with the ratio to bare Flask."""
    plain, service = connecting.values()
    less, more = memory.values()
    return report.table(
        (what, *connecting, "ratio"),
        [
            (
                "connections per second",
                f"{plain:,.0f}",
                f"{service:,.0f}",
                f"{service / plain:.2f}",
            ),
            ("memory, MiB", f"{less / 2**20:.0f}", f"{more / 2**20:.0f}", f"{more / less:.2f}"),
        ],
    )
