"""Print whether a service's rate limits count exactly, and the effect of storage failures.

make limits-report          all four storages, 20 runs for each strategy
python -m tests.limits redis --runs 3
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.limits import cases
from tests.limits.load import Responses
from tests.services import bake, import_test_module

STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
STORAGES = {
    "memory": STRATEGIES,
    "redis": STRATEGIES,
    "valkey": STRATEGIES,
    "memcached": ("fixed-window", "sliding-window-counter"),
}


def main(backend: str, runs: int) -> None:
    """Render a service with this storage and print one line for each measurement."""
    with tempfile.TemporaryDirectory(prefix="limits-") as name:
        folder = bake(Path(name), {"limiter_backend": backend})
        storage = import_test_module(folder, "limiter_storage")
        serving = getattr(storage, "serving", None)
        if serving is None:
            report_exact(backend, folder, {"APP_SERVER_WORKERS": "1"}, runs)
            return
        with serving() as uri:
            workers = str(cases.WORKERS)
            settings = {"APP_SERVER_WORKERS": workers, "APP_LIMITER_URI": uri}
            report_exact(backend, folder, settings, runs)
        report_faults(backend, folder, storage.stoppable)


def report_exact(backend: str, folder: Path, settings: dict[str, str], runs: int) -> None:
    """Print how many of 1,000 requests each strategy admitted at a limit of 100."""
    for strategy in STORAGES[backend]:
        found = cases.exact(folder, settings, strategy, runs)
        verdict = "exact" if set(found.admitted) == {cases.LIMIT} else "NOT EXACT"
        admitted = " ".join(map(str, sorted(set(found.admitted))))
        workers = settings["APP_SERVER_WORKERS"]
        print(
            f"{backend:10} {strategy:23} {workers} workers, {runs} runs of 1,000 requests: "
            f"admitted {admitted} each: {verdict}; {summary(found.responses)}",
            flush=True,
        )


def report_faults(backend: str, folder: Path, stoppable: Callable[[], Any]) -> None:
    """Print the effect of each failure on callers."""
    failures = {"killed": cases.killed, "frozen": cases.frozen}
    if backend != "memcached":  # a full server evicts entries
        failures["full"] = cases.full
    for name, failure in failures.items():
        with stoppable() as storage:
            print_outcome(backend, name, cases.during_failure(folder, storage, failure))
    with stoppable() as storage:
        line_to = import_test_module(folder, "stoppable_server").Line
        print_outcome(backend, "slow", cases.slow(folder, storage, line_to))
    with stoppable() as storage:
        print_outcome(backend, "unavailable at start", cases.unavailable_at_start(folder, storage))
    with stoppable() as storage:
        rejecting = cases.during_failure(
            folder, storage, cases.frozen, APP_LIMITS_ON_STORAGE_ERROR="reject"
        )
        print_outcome(backend, "frozen, rejecting", rejecting)
    if backend != "memcached":
        print_outcome(backend, "cluster node lost", cases.node_lost(folder, stoppable))


def print_outcome(backend: str, name: str, found: cases.Outcome) -> None:
    """Print one measurement."""
    print(
        f"{backend:10} {name:23} at first: {summary(found.first)}; later: {summary(found.later)}, "
        f"p99 {found.later.p99 * 1000:.0f} ms; shared again after {found.seconds_to_return:.1f} s; "
        f"events: {found.events['limiter_storage_unavailable']} unavailable, "
        f"{found.events['limiter_storage_available']} available, {cases.WORKERS} workers",
        flush=True,
    )


def summary(responses: Responses) -> str:
    """Return the number of responses per status, and the longest wait."""
    statuses = ", ".join(f"{n} x {status}" for status, n in sorted(responses.statuses.items()))
    return f"{statuses}, worst {responses.longest * 1000:.0f} ms"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("storages", nargs="*", choices=[*STORAGES, []], default=[])
    parser.add_argument("--runs", type=int, default=20)
    arguments = parser.parse_args()
    if len(arguments.storages) == 1:
        main(arguments.storages[0], arguments.runs)
    else:
        # One process per storage: it imports modules of the rendered service's tests.
        for backend in arguments.storages or STORAGES:
            command = [sys.executable, "-m", "tests.limits", backend, "--runs", str(arguments.runs)]
            subprocess.run(command, check=True)
