"""The security events of the backend: none. The identity provider signs users in, issues tokens and logs both."""

from ...anomalies import Anomaly
from ...observability.events import SecurityEvent

SECURITY_EVENTS: tuple[SecurityEvent, ...] = ()
ANOMALIES: dict[str, Anomaly] = {}
