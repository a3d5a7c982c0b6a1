"""What the journal and the metrics say of the tokens that the identity provider issues."""

from typing import Never

from ..anomalies.anomaly import Anomaly
from .log import Level

# The provider signs people in and issues the tokens: the events of both are in its own log.
Event = Never
LEVELS: dict[str, Level] = {}

ANOMALIES: dict[str, Anomaly] = {}
