"""The security events of this auth style: none. The identity provider signs users in, issues tokens and logs both."""

from ...anomalies import Anomaly
from ...observability.events import SecurityEvent

SECURITY_EVENTS: tuple[SecurityEvent, ...] = ()
ANOMALIES: dict[str, Anomaly] = {}
