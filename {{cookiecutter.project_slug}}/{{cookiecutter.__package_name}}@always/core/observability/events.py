"""Security events, named after the OWASP Logging Vocabulary.

Each event is one log line with the request id, the address, the caller and a reason. An event never contains a
credential, only its id. ``auth/backend/events.py`` declares the events of authentication.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, has_request_context, request

from .. import services
from . import log, metrics, redaction


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """The definition of a security event: its name in the log and the metrics, its log level and what it means."""

    name: str
    level: log.Level
    meaning: str


# Reasons why an authentication fails without an attempt to guess a credential: no anomaly counts them.
NO_CREDENTIAL = "no credential was sent"
EXPIRED = "the credential has expired"

AUTHN_LOGIN_FAIL = SecurityEvent("authn_login_fail", "warning", "An authentication failed.")
AUTHZ_ADMIN = SecurityEvent("authz_admin", "info", "An administrator used an administrative function.")
AUTHZ_FAIL = SecurityEvent("authz_fail", "warning", "A request was rejected, such as one without a required scope.")
CREDENTIAL_EXPOSED = SecurityEvent("credential_exposed", "critical", "A valid credential was sent over plain HTTP.")
EXCESS_RATE_LIMIT_EXCEEDED = SecurityEvent("excess_rate_limit_exceeded", "warning", "A rate limit rejected a request.")
INPUT_VALIDATION_FAIL = SecurityEvent("input_validation_fail", "warning", "A body or a query was invalid.")
MALICIOUS_CORS = SecurityEvent("malicious_cors", "warning", "A request came from an origin that is not allowed.")
MALICIOUS_DIRECT_REFERENCE = SecurityEvent(
    "malicious_direct_reference", "critical", "A caller requested an object of another caller."
)
SYS_RESTART = SecurityEvent("sys_restart", "info", "Settings, secrets and certificate were read again.")
SYS_SHUTDOWN = SecurityEvent("sys_shutdown", "info", "The service stopped.")
SYS_STARTUP = SecurityEvent("sys_startup", "info", "The service started.")

SECURITY_EVENTS = tuple(value for value in dict(globals()).values() if isinstance(value, SecurityEvent))

Listener = Callable[[Mapping[str, Any]], None]
CALLER = "service.caller"  # the key of the caller in the WSGI environment


class SecurityEvents(dict[str, SecurityEvent]):
    """The security events of one application by name, and the functions that are called with the fields of each."""

    def __init__(self, events: Iterable[SecurityEvent]) -> None:
        super().__init__((event.name, event) for event in events)
        self.listeners: list[Listener] = []


def record(event: SecurityEvent, reason: str, **fields: Any) -> None:
    """Log the event with what is known about the current request, count it and call the listeners."""
    if has_request_context():
        caller = request.environ.get(CALLER)
        fields |= {
            "address": request.remote_addr,
            "method": request.environ["REQUEST_METHOD"],
            "path": redaction.path(request.environ),
            "caller": fields.get("caller") or (caller and caller.id),
            "credential": fields.get("credential") or (caller and caller.credential),
        }
    log.write(event.level, event.name, reason=reason, **fields)
    counters = services.get(current_app, metrics.Metrics)
    counters.security_events.labels(event.name).inc()
    if event is AUTHN_LOGIN_FAIL:
        counters.count_authentication_failure(reason)
    elif event is EXCESS_RATE_LIMIT_EXCEEDED:
        counters.rate_limited_requests.labels(fields["limit"]).inc()
    for listener in services.get(current_app, SecurityEvents).listeners:
        listener({"event": event.name, "reason": reason, **fields})
