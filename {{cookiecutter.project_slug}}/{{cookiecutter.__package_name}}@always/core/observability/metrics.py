"""What is counted, in the terms of Prometheus. Each label has few values: none is an address, a caller or a path.

Several workers count each in files of their own, in the folder that ``PROMETHEUS_MULTIPROC_DIR`` names; a scrape adds
the files up, those of workers that ended included. ``flask serve`` names the folder before a worker starts.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from flask import Flask
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, values
from prometheus_client.multiprocess import MultiProcessCollector

from .. import services
from ..settings import ConfigurationError

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REFUSED = frozenset({"401", "403", "429"})
# Reasons are texts of the code. Should one ever hold what a caller sent, it gets no series of its own.
MOST_REASONS = 50
Children = tuple[Callable[[], None], Callable[[float], None]]


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        if FOLDER in os.environ and values.ValueClass is values.MutexValue:
            # The library looks at the variable when it is imported, and a forked worker has it imported already.
            values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
        self._registry = own = CollectorRegistry()
        self._requests = Counter("http_requests", "Answers.", ("route", "method", "status"), registry=own)
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "From the first byte of a request to the answer.",
            ("route", "method"),
            buckets=SECONDS,
            registry=own,
        )
        self._events = Counter("security_events", "Security events.", ("event",), registry=own)
        self._failures = Counter("authentication_failures", "Refused credentials.", ("reason",), registry=own)
        self._limited = Counter("limited_requests", "Requests past a budget.", ("budget",), registry=own)
        self._anomalous = Counter(
            "anomalies", "What one caller or network did past the threshold of an anomaly.", ("anomaly",), registry=own
        )
        self._networks = Counter(
            "authentication_failing_networks",
            "Networks with refused credentials, each at most once in the time of that anomaly.",
            registry=own,
        )
        self._storage = Gauge(
            "limiter_storage_away",
            "1 while the counters of the limits cannot be reached.",
            registry=own,
            multiprocess_mode="mostrecent",
        )
        self._children: dict[tuple[str, str, int], Children] = {}
        self._reasons: set[str] = set()

    def expect(self, events: Iterable[str], anomalies: Iterable[str]) -> None:
        """Show a zero for what has not happened yet: an increase from nothing to one is none to Prometheus."""
        for event in events:
            self._events.labels(event)
        for anomaly in anomalies:
            self._anomalous.labels(anomaly)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer."""
        if method not in METHODS:
            method = "other"
        children = self._children.get((route, method, status))
        if children is None:
            # Looking a child up by its labels costs more than counting.
            count = self._requests.labels(route, method, str(status)).inc
            children = self._children[route, method, status] = (count, self._seconds.labels(route, method).observe)
        children[0]()
        children[1](seconds)

    def happened(self, event: str) -> None:
        """Count a security event."""
        self._events.labels(event).inc()

    def failed(self, reason: str) -> None:
        """Count a refused credential."""
        if reason not in self._reasons:
            if len(self._reasons) >= MOST_REASONS:
                reason = "other"
            self._reasons.add(reason)
        self._failures.labels(reason).inc()

    def limited(self, budget: str) -> None:
        """Count a request past a budget."""
        self._limited.labels(budget).inc()

    def anomalous(self, anomaly: str) -> None:
        """Count what goes past the threshold of an anomaly."""
        self._anomalous.labels(anomaly).inc()

    def failing_network(self) -> None:
        """Count a network whose credentials are refused."""
        self._networks.inc()

    def certificate_ends(self, moment: float) -> None:
        """Tell when the certificate ends."""
        # Made here, so that a service that leaves TLS to a proxy tells of no certificate.
        Gauge(
            "certificate_expiry_timestamp_seconds",
            "When the certificate ends that is served.",
            registry=self._registry,
            multiprocess_mode="mostrecent",
        ).set(moment)

    def storage_away(self, away: bool) -> None:
        """Tell whether the counters of the limits cannot be reached."""
        self._storage.set(away)

    def collect(self) -> Iterator[Metric]:
        """Give what was counted, by all workers."""
        folder = os.environ.get(FOLDER)
        if folder is None:
            yield from self._registry.collect()
        elif Path(folder).is_dir():
            yield from MultiProcessCollector(None, folder).collect()  # type: ignore[no-untyped-call]

    def refused(self) -> int:
        """Return how many requests were refused since the service started, by all workers."""
        return sum(
            int(sample.value)
            for metric in self.collect()
            for sample in metric.samples
            if sample.name == "http_requests_total" and sample.labels["status"] in REFUSED
        )


def get_settings(app: Flask) -> Metrics:
    """Return the metrics of an application."""
    return services.get(app, Metrics)


def share(folder: Path) -> None:
    """Let all workers that start from now on count in this folder, from zero.

    Raises ``StartRefused`` for a folder that cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{folder} is no folder for the metrics: {error.strerror}.") from None
    for old in folder.glob("*.db"):
        old.unlink(missing_ok=True)  # another start may have been faster
    os.environ[FOLDER] = str(folder)
