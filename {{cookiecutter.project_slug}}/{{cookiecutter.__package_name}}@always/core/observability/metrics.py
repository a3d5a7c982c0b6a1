"""The metrics of the service, for Prometheus.

An address, a caller or a path is never a label, since each value would create a time series.

Each worker counts in files of its own in ``PROMETHEUS_MULTIPROC_DIR``; a scrape returns the sums, ended ones included.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import IO, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from ..settings import ConfigurationError

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
LOCK = "running"  # the file that the server locks while it runs
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds
REJECTED = frozenset({"401", "403", "429"})
# Reasons are constants in the code. This bound keeps a reason with client input from creating series without end.
MAX_REASONS = 50
Observe = tuple[Callable[[], None], Callable[[float], None]]
FILE_BYTES = 1024 * 1024
# A class with the service's own metrics; its constructor registers them in the registry that it receives.
OwnMetrics = Callable[[CollectorRegistry], object]
_worker: str | None = None  # part of the names of the files, which otherwise contain the id of the process
_pid = cache(os.getpid)
if hasattr(os, "register_at_fork"):  # not available on Windows, which cannot fork
    os.register_at_fork(after_in_child=_pid.cache_clear)


def count_in_files(folder: Path, worker: str) -> None:
    """Make this process count in the files of ``worker``, from the counts of the last process that had this name."""
    global _worker
    os.environ[FOLDER], _worker = str(folder), worker


@cache
def _shared_value() -> type[values.MutexValue]:
    # By default the library calls getpid for each increment, three times for each request (7 % of its time).
    shared: type[values.MutexValue] = values.MultiProcessValue(lambda: _worker or _pid())  # type: ignore[no-untyped-call]
    return shared


class AllocatedDict(MmapedDict):
    """A file of metrics with all its disk space: without it, a write to the mapped file ends the process (SIGBUS)."""

    def __init__(self, filename: str, *arguments: Any) -> None:
        if not Path(filename).exists():
            new = Path(f"{filename}.new")  # a scrape must not read it while it is empty
            new.write_bytes(bytes(FILE_BYTES))
            new.rename(filename)
        super().__init__(filename, *arguments)  # type: ignore[no-untyped-call]


class Metrics:
    """The metrics of one application, and the registry for those of the service's own."""

    def __init__(self, security_events: Iterable[str] = ()) -> None:
        if FOLDER in os.environ:
            # The library reads the variable when it is imported, which was before the worker was forked.
            values.MmapedDict = AllocatedDict  # type: ignore[attr-defined]
            values.ValueClass = _shared_value()
        self.registry = CollectorRegistry()
        counter = partial(Counter, registry=self.registry)
        self.requests = counter("http_requests", "Responses.", ("route", "method", "status"))
        self.seconds = Histogram(
            "http_request_duration_seconds",
            "Time from the call of the application to its response.",
            ("route", "method"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.security_events = counter("security_events", "Security events.", ("event",))
        self.authentication_failures = counter("authentication_failures", "Failed authentications.", ("reason",))
        self.rate_limited_requests = counter("rate_limited_requests", "Requests rejected by a rate limit.", ("limit",))
        self.anomalies = counter(
            "anomalies", "Events of one source, such as a caller, over the threshold of an anomaly.", ("anomaly",)
        )
        self.anomaly_sources = counter(
            "anomaly_sources", "Sources that an anomaly counts, each at most once per time window.", ("anomaly",)
        )
        self.limiter_storage_unavailable = self.gauge(
            "limiter_storage_unavailable", "1 while the storage of the rate limits is unavailable."
        )
        self.log_lines_dropped = counter("log_lines_dropped", "Lines of the access log that were dropped.")
        self._observers: dict[tuple[str, str, int], Observe] = {}
        self._reasons: set[str] = set()
        # Zero, since increase() cannot see the first sample of a new series.
        for event in security_events:
            self.security_events.labels(event)

    def gauge(self, name: str, documentation: str) -> Gauge:
        """Return a new gauge, which shows the value that any running worker has set last."""
        return Gauge(name, documentation, registry=self.registry, multiprocess_mode="livemostrecent")

    def observe_response(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a response and record its duration."""
        observers = self._observers.get((route, method, status))
        if observers is None:
            # The look-up of a series by its labels costs more than counting.
            count = self.requests.labels(route, method, str(status)).inc
            observers = self._observers[route, method, status] = (count, self.seconds.labels(route, method).observe)
        observers[0]()
        observers[1](seconds)

    def count_authentication_failure(self, reason: str) -> None:
        """Count a failed authentication."""
        if reason not in self._reasons:
            if len(self._reasons) >= MAX_REASONS:
                reason = "other"
            self._reasons.add(reason)
        self.authentication_failures.labels(reason).inc()

    def collect(self, folder: Path | None = None) -> Iterator[Metric]:
        """Yield the metrics, summed over all workers; ``folder`` has their files if this process is not a worker."""
        files = folder or os.environ.get(FOLDER)
        if files is None:
            yield from self.registry.collect()
        else:
            yield from MultiProcessCollector.merge(map(str, Path(files).glob("*.db")))  # type: ignore[no-untyped-call]

    def rejected_requests(self) -> int:
        """Return how many requests all workers have rejected since the service started."""
        return sum(
            int(sample.value)
            for metric in self.collect()
            for sample in metric.samples
            if sample.name == "http_requests_total" and sample.labels["status"] in REJECTED
        )


def clear(folder: Path) -> None:
    """Create the folder of the metrics, or delete what an earlier start counted.

    Raises ``ConfigurationError`` if the folder cannot be created or written, or if the disk is full.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in folder.glob("*.db"):
            old.unlink(missing_ok=True)  # a service that starts at the same time may have deleted it
        probe = folder / "probe"
        probe.write_bytes(bytes(3 * FILE_BYTES))  # each worker has three files
        probe.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"Cannot write to the metrics folder {folder}: {error.strerror}. Set APP_METRICS_FOLDER to another folder."
        ) from None


def lock(folder: Path) -> IO[bytes]:
    """Return a locked file: ``is_locked`` is true until this process and those that it forks have ended."""
    file = (folder / LOCK).open("ab")
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_SH)  # shared: two servers may use one folder
    return file


def is_locked(folder: Path) -> bool:
    """Return whether a server that counts in this folder runs; always true on Windows, which has no such lock."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        with (folder / LOCK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False
