"""Detect anomalies in log lines, by the rules of the service."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from . import service

LogLine = Mapping[str, Any]
ALL, MANY = "all", "many"  # the sources of anomalies that have no single one


@dataclass(slots=True)
class Detection:
    """An anomaly that occurred: its source, the highest value, and the times of the first and last line."""

    name: str
    source: str
    peak: float
    first: datetime
    last: datetime


class Detector:
    """Applies one rule to log lines in the order of their times."""

    def __init__(self, name: str, rule: Any) -> None:
        self._name, self._rule = name, rule
        self._window = timedelta(minutes=rule.minutes)
        self._lines: deque[tuple[datetime, str]] = deque()
        self._counts: Counter[str] = Counter()
        self.detections: dict[str, Detection] = {}

    def observe(self, time: datetime, line: LogLine) -> None:
        """Count a line, and record a detection if the lines within the time window exceed the limit."""
        source = _source(self._rule, line)
        if source is None:
            return
        self._lines.append((time, source))
        self._counts[source] += 1
        while self._lines[0][0] <= time - self._window:
            old = self._lines.popleft()[1]
            self._counts[old] -= 1
            if not self._counts[old]:
                del self._counts[old]
        source, value = self._value(source)
        if value > self._rule.limit:
            if source not in self.detections:
                first = next(at for at, each in self._lines if source in (each, MANY))
                self.detections[source] = Detection(self._name, source, 0, first, time)
            detection = self.detections[source]
            detection.peak, detection.last = max(detection.peak, round(value, 3)), time

    def _value(self, source: str) -> tuple[str, float]:
        """Return the source that would be reported, and the value that the limit bounds."""
        rules = service.core().anomalies
        if isinstance(self._rule, rules.RatioRule):
            matching = self._counts[ALL]
            return ALL, matching / self._counts.total() if matching > self._rule.at_least else 0
        if isinstance(self._rule, rules.DistinctSourcesRule):
            return MANY, len(self._counts)
        return source, self._counts[source]


def _source(rule: Any, line: LogLine) -> str | None:
    """Return the source that a line counts for; for a ratio, "all" if a response matches and "" otherwise."""
    rules = service.core().anomalies
    if not isinstance(rule, rules.RatioRule):
        source: str | None = rule.source(line)
        return source
    if line["event"] != "request" or line.get("route") in rules.MONITORING_ROUTES:
        return None
    return ALL if rule.matches(line) else ""


def detect(lines: Iterable[tuple[datetime, LogLine]], anomalies: Mapping[str, Any]) -> Iterator[Detection]:
    """Yield every anomaly in the lines, the earliest first. An anomaly without a rule over lines is not detected."""
    rules = service.core().anomalies
    kinds = (rules.ThresholdRule, rules.DistinctSourcesRule, rules.RatioRule)
    detectors = [Detector(name, rule) for name, rule in anomalies.items() if isinstance(rule, kinds)]
    for time, line in lines:
        for detector in detectors:
            detector.observe(time, line)
    found = (detection for detector in detectors for detection in detector.detections.values())
    yield from sorted(found, key=lambda detection: detection.first)
