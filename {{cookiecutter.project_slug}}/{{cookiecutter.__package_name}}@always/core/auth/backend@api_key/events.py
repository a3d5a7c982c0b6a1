"""The security events of API keys, and the anomaly that is based on one of them."""

from ...anomalies import LogLine, ThresholdRule
from ...observability.events import SecurityEvent

AUTHN_NEW_NETWORK = SecurityEvent("authn_new_network", "warning", "A key was used from a new network.")
AUTHN_TOKEN_CREATED = SecurityEvent("authn_token_created", "info", "A key was created.")
AUTHN_TOKEN_REVOKED = SecurityEvent("authn_token_revoked", "warning", "A key was revoked.")

SECURITY_EVENTS = (AUTHN_NEW_NETWORK, AUTHN_TOKEN_CREATED, AUTHN_TOKEN_REVOKED)


def _new_network(line: LogLine) -> str | None:
    return line.get("credential", "unknown") if line["event"] == AUTHN_NEW_NETWORK.name else None


ANOMALIES = {
    "new_network": ThresholdRule(
        source=_new_network,
        limit=0,
        minutes=15,
        condition="A key was used from a new network within the last {minutes} minutes.",
        meaning="The key may have been copied: it was never used from this network before.",
        action="Ask the owner of the key. If they do not know the network, revoke the key with `flask keys revoke`.",
    ),
}
