"""What is counted, in the terms of Prometheus. Each label has few values: none is an address, a caller or a path.

Several workers count each in files of their own, in the folder that ``PROMETHEUS_MULTIPROC_DIR`` names; a scrape adds
the files up, those of workers that ended included. ``flask serve`` names the folder before a worker starts.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, values
from prometheus_client.multiprocess import MultiProcessCollector

from ..settings import ConfigurationError

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
REFUSED = frozenset({"401", "403", "429"})
# Reasons are constants in the code. This bound keeps a reason with client input from creating series without end.
MAX_REASONS = 50
Children = tuple[Callable[[], None], Callable[[float], None]]


class Metrics:
    """The metrics of one application."""

    def __init__(self, security_events: Iterable[str] = ()) -> None:
        if FOLDER in os.environ and values.ValueClass is values.MutexValue:
            # The library looks at the variable when it is imported, and a forked worker has it imported already.
            values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
        self._registry = own = CollectorRegistry()
        self._requests = Counter("http_requests", "Responses.", ("route", "method", "status"), registry=own)
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "Time from the first byte of a request to its response.",
            ("route", "method"),
            buckets=SECONDS,
            registry=own,
        )
        self._events = Counter("security_events", "Security events.", ("event",), registry=own)
        self._failures = Counter("authentication_failures", "Failed authentications.", ("reason",), registry=own)
        self._rate_limited = Counter(
            "rate_limited_requests", "Requests rejected by a rate limit.", ("limit",), registry=own
        )
        self._anomalies = Counter(
            "anomalies",
            "Events of one source, such as a caller or a network, over the threshold of an anomaly.",
            ("anomaly",),
            registry=own,
        )
        self._anomaly_sources = Counter(
            "anomaly_sources",
            "Sources that an anomaly counts, such as networks, each at most once per time window.",
            ("anomaly",),
            registry=own,
        )
        self._storage = Gauge(
            "limiter_storage_unavailable",
            "1 while the storage of the rate limits is unavailable.",
            registry=own,
            multiprocess_mode="mostrecent",
        )
        self._children: dict[tuple[str, str, int], Children] = {}
        self._reasons: set[str] = set()
        self._own: dict[str, Counter] = {}
        # Zero, since increase() cannot see the first sample of a new series.
        for event in security_events:
            self._events.labels(event)

    def initialise_anomalies(self, *, thresholds: Iterable[str], sources: Iterable[str]) -> None:
        """Initialise the counters of these anomalies to zero."""
        for anomaly in thresholds:
            self._anomalies.labels(anomaly)
        for anomaly in sources:
            self._anomaly_sources.labels(anomaly)

    def add(self, name: str, documentation: str, labels: tuple[str, ...]) -> None:
        """Add a counter of the service's own."""
        self._own[name] = Counter(name, documentation, labels, registry=self._registry)

    def increment(self, name: str, label_values: tuple[str, ...]) -> None:
        """Add one to a counter of the service's own."""
        counter = self._own[name]
        (counter.labels(*label_values) if label_values else counter).inc()

    def observe_response(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a response and record its duration."""
        children = self._children.get((route, method, status))
        if children is None:
            # Looking up a child by its labels costs more than counting.
            count = self._requests.labels(route, method, str(status)).inc
            children = self._children[route, method, status] = (count, self._seconds.labels(route, method).observe)
        children[0]()
        children[1](seconds)

    def count_event(self, event: str) -> None:
        """Count a security event."""
        self._events.labels(event).inc()

    def count_authentication_failure(self, reason: str) -> None:
        """Count a failed authentication."""
        if reason not in self._reasons:
            if len(self._reasons) >= MAX_REASONS:
                reason = "other"
            self._reasons.add(reason)
        self._failures.labels(reason).inc()

    def count_rate_limited(self, limit: str) -> None:
        """Count a request that a rate limit rejected."""
        self._rate_limited.labels(limit).inc()

    def count_anomaly(self, anomaly: str) -> None:
        """Count an event over the threshold of an anomaly."""
        self._anomalies.labels(anomaly).inc()

    def count_anomaly_source(self, anomaly: str) -> None:
        """Count a source that is new within the time window of an anomaly."""
        self._anomaly_sources.labels(anomaly).inc()

    def set_certificate_expiry(self, timestamp: float) -> None:
        """Set when the certificate expires, in seconds since the epoch."""
        # Created here, so that a service behind a TLS proxy does not report a certificate.
        Gauge(
            "certificate_expiry_timestamp_seconds",
            "When the service's certificate expires.",
            registry=self._registry,
            multiprocess_mode="mostrecent",
        ).set(timestamp)

    def set_limiter_storage_unavailable(self, unavailable: bool) -> None:
        """Record whether the storage of the rate limits is unavailable."""
        self._storage.set(unavailable)

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
