"""Anomalies that one caller or network causes, measured while they happen.

An address or a caller is no label of a metric, or there would be as many series as addresses. So they are counted like
the budgets of the limiter, on the same storage and under the same hidden names, exact over all workers; only how often
somebody went past a threshold is a metric. Nothing is counted for a request that succeeds.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from limits import RateLimitItemPerMinute

from ..observability.metrics import Metrics
from .catalogue import SPREAD, Anomalies

Hit = Callable[[str, str, RateLimitItemPerMinute], Any]
# Which events count towards which anomaly, and by whom they are counted.
BY_NETWORK = {"authn_login_fail": "failed_authentication_burst"}
BY_CALLER = {"authz_fail": "scope_probing"}
NOT_FOUND = "id_walking"
WATCHED = (*BY_NETWORK.values(), *BY_CALLER.values(), NOT_FOUND)


class AnomalyMonitor:
    """Counts what should be rare, by who causes it."""

    def __init__(self, hit: Hit, network: Callable[[str], str], metrics: Metrics, anomalies: Anomalies) -> None:
        self._hit = hit
        self._network = network
        self._metrics = metrics
        self._anomalies = anomalies

    def event(self, fields: Mapping[str, Any]) -> None:
        """Look at a security event."""
        event, address, caller = fields["event"], fields.get("address"), fields.get("caller")
        if anomaly := BY_NETWORK.get(event):
            who = self._network(address or "")
            self._count(anomaly, who)
            if self._admitted(SPREAD, 1, who):
                self._metrics.count_failing_network()
        elif (anomaly := BY_CALLER.get(event)) and caller:
            self._count(anomaly, caller)

    def not_found(self, address: str | None, caller: str | None) -> None:
        """Look at an answer that found nothing."""
        self._count(NOT_FOUND, caller or self._network(address or ""))

    def _count(self, anomaly: str, who: str) -> None:
        if not self._admitted(anomaly, int(self._anomalies[anomaly].limit), who):
            self._metrics.count_anomaly(anomaly)

    def _admitted(self, anomaly: str, amount: int, who: str) -> bool:
        # Whatever happens to the storage, watching is no reason to refuse a request.
        with suppress(Exception):
            rate = RateLimitItemPerMinute(amount, self._anomalies[anomaly].minutes)
            return bool(self._hit(f"anomaly {anomaly}", who, rate).admitted)
        return True
