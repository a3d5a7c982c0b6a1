"""What the journal and the metrics say of API keys and those who own them."""

from typing import Literal

from .anomaly import Anomaly
from .journal import Level

Event = Literal["authn_token_created", "authn_token_revoked", "user_created"]
LEVELS: dict[str, Level] = {
    "authn_token_created": "info",
    "authn_token_revoked": "warning",
    "user_created": "info",
}

ANOMALIES: dict[str, Anomaly] = {}
