"""Detect anomalies in log lines."""

from abc import ABC, abstractmethod
from collections import Counter, deque
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


class _Sources(Detector):
    """Applies a threshold or a distinct-sources rule."""

    def __init__(self, name: str, rule: ThresholdRule | DistinctSourcesRule) -> None:
        super().__init__(name, rule)
        self._source, self._distinct = rule.source, isinstance(rule, DistinctSourcesRule)
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
        if self._distinct and len(self._counts) > self._limit:
            self._detected("many", len(self._counts), self._lines[0][0], time)
        elif not self._distinct and self._counts[source] > self._limit:
            first = next(at for at, other in self._lines if other == source)
            self._detected(source, self._counts[source], first, time)


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
        for times in (self._all, self._matching):
            while times and times[0] <= time - self._window:
                times.popleft()
        ratio = len(self._matching) / len(self._all)
        if ratio > self._limit and len(self._matching) > self._at_least:
            self._detected("all", round(ratio, 3), self._matching[0], time)


def detect(lines: Iterable[tuple[datetime, LogLine]], anomalies: Anomalies) -> Iterator[Detection]:
    """Yield every anomaly in the lines, the earliest first. An anomaly without a rule over lines is not detected."""
    detectors: list[Detector] = []
    for name, rule in anomalies.items():
        if isinstance(rule, ThresholdRule | DistinctSourcesRule):
            detectors.append(_Sources(name, rule))
        elif isinstance(rule, RatioRule):
            detectors.append(_Ratio(name, rule))
    for time, line in lines:
        for detector in detectors:
            detector.observe(time, line)
    found = (detection for detector in detectors for detection in detector.detections.values())
    yield from sorted(found, key=lambda detection: detection.first)
