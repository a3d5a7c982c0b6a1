"""Detection of anomalies while the service runs.

An address or a caller cannot be a label of a metric, since each would create a time series. So they are counted like
rate limits, on the same storage and under hashed names, exact across all workers; the metrics only count how often a
threshold was exceeded. Only security events and error responses are counted, so a successful request costs nothing.
"""

import logging

from limits import RateLimitItemPerMinute

from ..limits import Counters, StorageUnavailable
from ..observability.metrics import Metrics
from .rules import Anomalies, DistinctSourcesRule, LogLine, ThresholdRule

logger = logging.getLogger(__name__)


class AnomalyMonitor:
    """Applies the threshold and distinct-sources rules to one line after another."""

    def __init__(self, counters: Counters, anomalies: Anomalies, metrics: Metrics) -> None:
        self._counters = counters
        self._metrics = metrics
        self._rules = {
            name: rule
            for name, rule in anomalies.items()
            if isinstance(rule, DistinctSourcesRule) or (isinstance(rule, ThresholdRule) and rule.monitored)
        }
        metrics.initialise_anomalies(
            thresholds=[name for name, rule in self._rules.items() if isinstance(rule, ThresholdRule)],
            sources=[name for name, rule in self._rules.items() if isinstance(rule, DistinctSourcesRule)],
        )

    def observe(self, line: LogLine) -> None:
        """Apply the rules to the fields of a security event or of an error response."""
        for name, rule in self._rules.items():
            try:
                source = rule.source(line)
                if source is None:
                    continue
                if isinstance(rule, DistinctSourcesRule):
                    if self._counts(name, rule, 1, source):
                        self._metrics.count_anomaly_source(name)
                elif not self._counts(name, rule, int(rule.limit), source):
                    self._metrics.count_anomaly(name)
            except StorageUnavailable:
                return
            except Exception:  # a defect of a rule must not fail the request
                logger.exception("The anomaly rule %s failed.", name)

    def _counts(self, name: str, rule: DistinctSourcesRule | ThresholdRule, limit: int, source: str) -> bool:
        """Count a line of this source; return False if more than ``limit`` lines were counted in the time window."""
        if limit == 0:
            return False
        return self._counters.hit(f"anomaly {name}", source, RateLimitItemPerMinute(limit, rule.minutes)).admitted
