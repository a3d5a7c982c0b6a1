"""Detect anomalies in log lines."""

from abc import ABC, abstractmethod
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .rules import Anomalies, Anomaly, DistinctSourcesRule, LogLine, RatioRule, ThresholdRule

# Probes and scrapes would reduce the share of every other response.
PROBE_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})


@dataclass(slots=True)
class Detection:
    """An anomaly that occurred: its source, the highest value, and the times of the first and last line."""

    name: str
    source: str
    peak: float
    first: datetime
    last: datetime


class Detector(ABC):
    """Applies one rule to log lines in the order of their times."""

    def __init__(self, name: str, rule: Anomaly) -> None:
        self._name = name
        self._limit = rule.limit
        self._window = timedelta(minutes=rule.minutes)
        self.detections: dict[str, Detection] = {}

    @abstractmethod
    def observe(self, time: datetime, line: LogLine) -> None:
        """Count a line if the rule says so."""

    def _detected(self, source: str, value: float, first: datetime, last: datetime) -> None:
        detection = self.detections.setdefault(source, Detection(self._name, source, value, first, last))
        detection.peak, detection.last = max(detection.peak, value), last

    def _drop_old(self, times: deque[datetime], now: datetime) -> None:
        while times and times[0] <= now - self._window:
            times.popleft()


class _Threshold(Detector):
    def __init__(self, name: str, rule: ThresholdRule) -> None:
        super().__init__(name, rule)
        self._source = rule.source
        self._times: dict[str, deque[datetime]] = defaultdict(deque)

    def observe(self, time: datetime, line: LogLine) -> None:
        source = self._source(line)
        if source is None:
            return
        times = self._times[source]
        times.append(time)
        self._drop_old(times, time)
        if len(times) > self._limit:
            self._detected(source, len(times), times[0], time)


class _DistinctSources(Detector):
    def __init__(self, name: str, rule: DistinctSourcesRule) -> None:
        super().__init__(name, rule)
        self._source = rule.source
        self._lines: deque[tuple[datetime, str]] = deque()
        self._counts: Counter[str] = Counter()

    def observe(self, time: datetime, line: LogLine) -> None:
        source = self._source(line)
        if source is None:
            return
        self._lines.append((time, source))
        self._counts[source] += 1
        while self._lines[0][0] <= time - self._window:
            old = self._lines.popleft()[1]
            self._counts[old] -= 1
            if not self._counts[old]:
                del self._counts[old]
        if len(self._counts) > self._limit:
            self._detected("many", len(self._counts), self._lines[0][0], time)


class _Ratio(Detector):
    def __init__(self, name: str, rule: RatioRule) -> None:
        super().__init__(name, rule)
        self._matches, self._at_least = rule.matches, rule.at_least
        self._all: deque[datetime] = deque()
        self._matching: deque[datetime] = deque()

    def observe(self, time: datetime, line: LogLine) -> None:
        if line["event"] != "request" or line.get("route") in PROBE_ROUTES:
            return
        self._all.append(time)
        if self._matches(line):
            self._matching.append(time)
        self._drop_old(self._all, time)
        self._drop_old(self._matching, time)
        ratio = len(self._matching) / len(self._all)
        if ratio > self._limit and len(self._matching) > self._at_least:
            self._detected("all", round(ratio, 3), self._matching[0], time)


def detect(lines: Iterable[tuple[datetime, LogLine]], anomalies: Anomalies) -> Iterator[Detection]:
    """Yield every anomaly in the lines, the earliest first. An anomaly without a rule over lines is not detected."""
    detectors = [detector for name, rule in anomalies.items() if (detector := _detector(name, rule))]
    for time, line in lines:
        for detector in detectors:
            detector.observe(time, line)
    found = (detection for detector in detectors for detection in detector.detections.values())
    yield from sorted(found, key=lambda detection: detection.first)


def _detector(name: str, rule: Anomaly) -> Detector | None:
    match rule:
        case ThresholdRule():
            return _Threshold(name, rule)
        case DistinctSourcesRule():
            return _DistinctSources(name, rule)
        case RatioRule():
            return _Ratio(name, rule)
    return None
