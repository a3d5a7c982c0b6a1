"""Detect anomalies in log lines."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .rules import Anomalies, DistinctSourcesRule, LogLine, RatioRule, ThresholdRule

Rule = ThresholdRule | DistinctSourcesRule | RatioRule
# Probes and scrapes would reduce the share of every other response.
PROBE_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})
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

    def __init__(self, name: str, rule: Rule) -> None:
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
        match self._rule:
            case RatioRule(at_least=at_least):
                matching = self._counts[ALL]
                return ALL, matching / self._counts.total() if matching > at_least else 0
            case DistinctSourcesRule():
                return MANY, len(self._counts)
            case _:
                return source, self._counts[source]


def _source(rule: Rule, line: LogLine) -> str | None:
    """Return the source that a line counts for; for a ratio, "all" if a response matches and "" otherwise."""
    if not isinstance(rule, RatioRule):
        return rule.source(line)
    if line["event"] != "request" or line.get("route") in PROBE_ROUTES:
        return None
    return ALL if rule.matches(line) else ""


def detect(lines: Iterable[tuple[datetime, LogLine]], anomalies: Anomalies) -> Iterator[Detection]:
    """Yield every anomaly in the lines, the earliest first. An anomaly without a rule over lines is not detected."""
    detectors = [Detector(name, rule) for name, rule in anomalies.items() if isinstance(rule, Rule)]
    for time, line in lines:
        for detector in detectors:
            detector.observe(time, line)
    found = (detection for detector in detectors for detection in detector.detections.values())
    yield from sorted(found, key=lambda detection: detection.first)
