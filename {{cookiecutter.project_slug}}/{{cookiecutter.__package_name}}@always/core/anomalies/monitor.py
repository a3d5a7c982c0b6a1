"""Detection of anomalies while the service runs.

An address or a caller cannot be a label of a metric, since each would create a time series. So they are counted like
rate limits, on the same storage and under hashed names, exact across all workers; the metrics only count how often a
threshold was exceeded. Only security events and error responses are counted, so a successful request costs nothing.
"""

import logging

from limits import RateLimitItemPerMinute
from prometheus_client import Counter

from ..limits import Counters, StorageUnavailable
from ..observability.metrics import Metrics
from .rules import Anomalies, DistinctSourcesRule, LogLine, ThresholdRule

logger = logging.getLogger(__name__)


class AnomalyMonitor:
    """Applies the threshold and distinct-sources rules to one line after another."""

    def __init__(self, counters: Counters, anomalies: Anomalies, metrics: Metrics) -> None:
        self._counters = counters
        # Each rule with its name and the counter of the metric, which starts at zero.
        self._rules: list[tuple[str, ThresholdRule | DistinctSourcesRule, Counter]] = []
        for name, rule in anomalies.items():
            if isinstance(rule, DistinctSourcesRule):
                self._rules.append((name, rule, metrics.anomaly_sources.labels(name)))
            elif isinstance(rule, ThresholdRule) and rule.monitored:
                self._rules.append((name, rule, metrics.anomalies.labels(name)))

    def observe(self, line: LogLine) -> None:
        """Apply the rules to the fields of a security event or of an error response."""
        for name, rule, counter in self._rules:
            try:
                source = rule.source(line)
                if source is None:
                    continue
                if isinstance(rule, DistinctSourcesRule):
                    counts = self._is_admitted(name, rule, 1, source)  # the first line of the source
                else:
                    counts = not self._is_admitted(name, rule, int(rule.limit), source)
                if counts:
                    counter.inc()
            except StorageUnavailable:
                return
            except Exception:  # a defect of a rule must not fail the request
                logger.exception("the anomaly rule %s failed", name)

    def _is_admitted(self, name: str, rule: ThresholdRule | DistinctSourcesRule, limit: int, source: str) -> bool:
        """Count a line of the source, and return whether there were at most ``limit`` within the time window."""
        if limit == 0:
            return False
        return self._counters.hit(f"anomaly {name}", source, RateLimitItemPerMinute(limit, rule.minutes)).admitted
