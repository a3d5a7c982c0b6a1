"""The security events of users, clients and tokens, and the anomaly of a reused token."""

from ...anomalies import LogLine, ThresholdRule
from ...observability.events import SecurityEvent

AUTHN_LOGIN_LOCK = SecurityEvent("authn_login_lock", "warning", "An operator locked a user.")
AUTHN_LOGIN_SUCCESS = SecurityEvent("authn_login_success", "info", "A user signed in.")
AUTHN_PASSWORD_CHANGE = SecurityEvent(
    "authn_password_change", "info", "A user's password or a client's secret was changed."
)
AUTHN_TOKEN_CREATED = SecurityEvent(
    "authn_token_created", "info", "A user authorized a client, or a new signing key was added."
)
AUTHN_TOKEN_REVOKED = SecurityEvent(
    "authn_token_revoked", "warning", "A token or a consent was revoked, or a signing key was deleted."
)
AUTHN_TOKEN_REUSE = SecurityEvent("authn_token_reuse", "critical", "An authorization code or refresh token was reused.")
PRIVILEGE_PERMISSIONS_CHANGED = SecurityEvent(
    "privilege_permissions_changed", "warning", "An operator changed the scopes of a user, or a client."
)
USER_CREATED = SecurityEvent("user_created", "info", "A user signed up, or an operator created a user or a client.")
USER_DELETED = SecurityEvent("user_deleted", "warning", "An operator deleted a user or a client.")
USER_UPDATED = SecurityEvent("user_updated", "info", "An operator unlocked a user.")

SECURITY_EVENTS = tuple(value for value in dict(globals()).values() if isinstance(value, SecurityEvent))


def _token_reuse(line: LogLine) -> str | None:
    return line.get("credential", "unknown") if line["event"] == AUTHN_TOKEN_REUSE.name else None


ANOMALIES = {
    "token_reuse": ThresholdRule(
        source=_token_reuse,
        limit=0,
        minutes=15,
        condition="An authorization code or refresh token was reused within the last {minutes} minutes.",
        meaning="The token was copied: its owner and someone else both used it. All tokens of its family are revoked.",
        action="Inform the user; find the address of the second use in the log.",
    ),
}
