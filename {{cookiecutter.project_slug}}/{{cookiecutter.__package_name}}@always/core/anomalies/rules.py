"""The rules by which anomalies are detected: a threshold, a time window, and which log lines count.

A rule reads log lines as mappings of their fields. ``python -m dev.anomalies`` applies them to a log file. While the
service runs, the anomaly monitor applies all but the ratios to security events and error responses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LogLine = Mapping[str, Any]
# Health checks and scrapes would reduce the share of every other response.
MONITORING_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})


@dataclass(frozen=True, kw_only=True)
class Anomaly:
    """Something that an operator should look at: when it occurs, what it means and what to do.

    ``condition`` is a format string over the other attributes, such as "More than {limit} within {minutes} minutes."
    """

    limit: float
    minutes: int
    condition: str
    meaning: str
    action: str

    @property
    def summary(self) -> str:
        """The condition with its numbers."""
        return self.condition.format(**vars(self))


@dataclass(frozen=True, kw_only=True)
class ThresholdRule(Anomaly):
    """More than ``limit`` log lines of one source within ``minutes``.

    ``source`` returns the source that a line counts for, such as the caller, or None for a line that does not count.
    ``monitored`` is False if a metric of its own shows the anomaly while the service runs.
    """

    source: Callable[[LogLine], str | None]
    monitored: bool = True


@dataclass(frozen=True, kw_only=True)
class DistinctSourcesRule(Anomaly):
    """Log lines of more than ``limit`` sources within ``minutes``, however many lines each has."""

    source: Callable[[LogLine], str | None]


@dataclass(frozen=True, kw_only=True)
class RatioRule(Anomaly):
    """More than the share ``limit`` of all responses, and more than ``at_least`` responses, within ``minutes``.

    ``matches`` returns whether the line of a response counts. Responses to health checks and scrapes are ignored.
    """

    matches: Callable[[LogLine], bool]
    at_least: int


class Anomalies(dict[str, Anomaly]):
    """The anomalies of an application, by name."""
