"""What the journal and the metrics say of tokens, clients and people."""

from typing import Literal

from ..anomalies.anomaly import Anomaly
from .log import Level

Event = Literal[
    "authn_login_lock",
    "authn_login_success",
    "authn_password_change",
    "authn_token_created",
    "authn_token_revoked",
    "authn_token_reuse",
    "privilege_permissions_changed",
    "user_created",
    "user_deleted",
    "user_updated",
]
LEVELS: dict[str, Level] = {
    "authn_login_lock": "warning",
    "authn_login_success": "info",
    "authn_password_change": "info",
    "authn_token_created": "info",
    "authn_token_revoked": "warning",
    "authn_token_reuse": "critical",
    "privilege_permissions_changed": "warning",
    "user_created": "info",
    "user_deleted": "warning",
    "user_updated": "info",
}

ANOMALIES: dict[str, Anomaly] = {
    "refresh_token_reuse": Anomaly(
        limit=0,
        minutes=15,
        told="A refresh token was used twice within the last {minutes} minutes.",
        meaning="The token was copied: its owner and somebody else both used it. All tokens of its family are revoked.",
        action="Tell the user; find the address of the second use in the journal.",
        event="authn_token_reuse",
    ),
}
