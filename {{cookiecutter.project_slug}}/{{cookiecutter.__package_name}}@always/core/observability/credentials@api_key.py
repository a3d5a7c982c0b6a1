"""What the journal and the metrics say of API keys and those who own them."""

from typing import Literal

from ..anomalies.anomaly import Anomaly
from .log import Level

Event = Literal["authn_new_network", "authn_token_created", "authn_token_revoked", "user_created"]
LEVELS: dict[str, Level] = {
    "authn_new_network": "warning",
    "authn_token_created": "info",
    "authn_token_revoked": "warning",
    "user_created": "info",
}

ANOMALIES: dict[str, Anomaly] = {
    "new_network": Anomaly(
        limit=0,
        minutes=15,
        told="A key was used from a network that is new to it within the last {minutes} minutes.",
        meaning="The key may have been copied: it comes from where it was never used before.",
        action="Ask its owner; `flask keys revoke` ends the key when nobody knows of the place.",
        event="authn_new_network",
    ),
}
