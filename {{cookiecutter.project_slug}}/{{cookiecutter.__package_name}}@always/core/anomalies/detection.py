"""Find anomalies in the lines of the journal, by the same thresholds as the alert rules."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from .anomaly import Anomaly
from .catalogue import NO_CALLS, SLOW, SPREAD, Anomalies

Line = dict[str, Any]


@dataclass(slots=True)
class Found:
    """An anomaly: who caused it, where one caused it, how much there was at most, from when to when."""

    name: str
    who: str
    most: float
    first: datetime
    last: datetime


class Detector(Protocol):
    """Looks at one line after another."""

    def look(self, moment: datetime, line: Line) -> None:
        """Take a line into account."""

    def found(self) -> Iterable[Found]:
        """Give what was found."""


class ThresholdRule:
    """Somebody does something more than so often; ``who`` tells from a line whom it counts for, if for anyone."""

    def __init__(self, name: str, anomaly: Anomaly, who: Callable[[Line], str | None]) -> None:
        self._name, self._who, self._anomaly = name, who, anomaly
        self._times: dict[str, deque[datetime]] = defaultdict(deque)
        self._found: dict[str, Found] = {}

    def look(self, moment: datetime, line: Line) -> None:
        """Take a line into account."""
        who = self._who(line)
        if who is None:
            return
        times = self._times[who]
        times.append(moment)
        _forget(times, moment, self._anomaly)
        if len(times) > self._anomaly.limit:
            _grow(self._found, self._name, who, len(times), times[0], moment)

    def found(self) -> Iterable[Found]:
        """Give what was found, by who caused it."""
        return self._found.values()


class DistinctSourcesRule:
    """More than so many do something, each however often."""

    def __init__(self, name: str, anomaly: Anomaly, who: Callable[[Line], str | None]) -> None:
        self._name, self._who, self._anomaly = name, who, anomaly
        self._seen: deque[tuple[datetime, str]] = deque()
        self._now: Counter[str] = Counter()
        self._found: dict[str, Found] = {}

    def look(self, moment: datetime, line: Line) -> None:
        """Take a line into account."""
        who = self._who(line)
        if who is None:
            return
        self._seen.append((moment, who))
        self._now[who] += 1
        while self._seen[0][0] <= moment - timedelta(minutes=self._anomaly.minutes):
            gone = self._seen.popleft()[1]
            self._now[gone] -= 1
            if not self._now[gone]:
                del self._now[gone]
        if len(self._now) > self._anomaly.limit:
            _grow(self._found, self._name, "many", len(self._now), self._seen[0][0], moment)

    def found(self) -> Iterable[Found]:
        """Give the one finding, if there is one."""
        return self._found.values()


class RatioRule:
    """More than a share of all calls is of a kind."""

    def __init__(self, name: str, anomaly: Anomaly, is_of_kind: Callable[[Line], bool]) -> None:
        self._name, self._is_of_kind, self._anomaly = name, is_of_kind, anomaly
        self._all: deque[datetime] = deque()
        self._of_kind: deque[datetime] = deque()
        self._found: dict[str, Found] = {}

    def look(self, moment: datetime, line: Line) -> None:
        """Take a line into account."""
        if line["event"] != "request" or line.get("route") in NO_CALLS:
            return
        self._all.append(moment)
        if self._is_of_kind(line):
            self._of_kind.append(moment)
        for times in (self._all, self._of_kind):
            _forget(times, moment, self._anomaly)
        share = len(self._of_kind) / len(self._all)
        if share > self._anomaly.limit and len(self._of_kind) > self._anomaly.at_least:
            _grow(self._found, self._name, "all", round(share, 3), self._of_kind[0], moment)

    def found(self) -> Iterable[Found]:
        """Give the one finding, if there is one."""
        return self._found.values()


def detectors(network: Callable[[str], str], anomalies: Anomalies) -> list[Detector]:
    """Return a detector for each anomaly that the journal shows; ``network`` tells whom an address counts as."""

    def refused_credential(line: Line) -> str | None:
        return network(line.get("address", "")) if line["event"] == "authn_login_fail" else None

    def missing_scope(line: Line) -> str | None:
        return line.get("caller") if line["event"] == "authz_fail" else None

    def not_found(line: Line) -> str | None:
        missing = line["event"] == "request" and line["status"] == 404
        return (line.get("caller") or network(line.get("address", ""))) if missing else None

    def dependency_down(line: Line) -> str | None:
        if line["event"] == "request" and line["status"] == 503:
            return "an answer 503"
        return "the limiter storage" if line["event"] == "limiter_storage_unavailable" else None

    def credential_of(event: str) -> Callable[[Line], str | None]:
        return lambda line: line.get("credential", "unknown") if line["event"] == event else None

    return [
        ThresholdRule("failed_authentication_burst", anomalies["failed_authentication_burst"], refused_credential),
        DistinctSourcesRule(SPREAD, anomalies[SPREAD], refused_credential),
        ThresholdRule("scope_probing", anomalies["scope_probing"], missing_scope),
        ThresholdRule("id_walking", anomalies["id_walking"], not_found),
        RatioRule("limit_pressure", anomalies["limit_pressure"], lambda line: line["status"] == 429),
        RatioRule("error_rate", anomalies["error_rate"], lambda line: line["status"] >= 500),
        RatioRule("latency", anomalies["latency"], lambda line: line["duration_ms"] > SLOW * 1000),
        ThresholdRule("dependency_down", anomalies["dependency_down"], dependency_down),
        *(
            ThresholdRule(name, anomaly, credential_of(anomaly.event))
            for name, anomaly in anomalies.items()
            if anomaly.event
        ),
    ]


def detect(
    lines: Iterable[tuple[datetime, Line]], network: Callable[[str], str], anomalies: Anomalies
) -> Iterator[Found]:
    """Give every anomaly in the lines, the earliest first."""
    looking = detectors(network, anomalies)
    for moment, line in lines:
        for detector in looking:
            detector.look(moment, line)
    yield from sorted((found for detector in looking for found in detector.found()), key=lambda found: found.first)


def _forget(times: deque[datetime], moment: datetime, anomaly: Anomaly) -> None:
    while times and times[0] <= moment - timedelta(minutes=anomaly.minutes):
        times.popleft()


def _grow(found: dict[str, Found], name: str, who: str, much: float, first: datetime, last: datetime) -> None:
    known = found.setdefault(who, Found(name, who, much, first, last))
    known.most, known.last = max(known.most, much), last
