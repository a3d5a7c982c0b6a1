"""The security events of API keys and their owners, and the anomaly that one of them is."""

from ...anomalies import LogLine, ThresholdRule
from ...observability.events import SecurityEvent

AUTHN_NEW_NETWORK = SecurityEvent(
    "authn_new_network", "warning", "A key was used from a network that it was never used from before."
)
AUTHN_TOKEN_CREATED = SecurityEvent("authn_token_created", "info", "A key was created.")
AUTHN_TOKEN_REVOKED = SecurityEvent("authn_token_revoked", "warning", "A key was revoked.")
USER_CREATED = SecurityEvent("user_created", "info", "A user signed up.")

security_events = (AUTHN_NEW_NETWORK, AUTHN_TOKEN_CREATED, AUTHN_TOKEN_REVOKED, USER_CREATED)


def _new_network(line: LogLine) -> str | None:
    return line.get("credential", "unknown") if line["event"] == AUTHN_NEW_NETWORK.name else None


anomalies = {
    "new_network": ThresholdRule(
        source=_new_network,
        limit=0,
        minutes=15,
        condition="A key was used from a new network within the last {minutes} minutes.",
        meaning="The key may have been copied: it was never used from this network before.",
        action="Ask the owner of the key. If they do not know the network, revoke the key with `flask keys revoke`.",
    ),
}
