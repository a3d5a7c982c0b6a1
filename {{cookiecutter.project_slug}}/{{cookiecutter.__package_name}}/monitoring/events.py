"""Security events, named by the OWASP Logging Vocabulary.

Each is one line of the journal with the request's id, address and caller, and a reason. An event never carries a
credential: a key or token is named by its id.
"""

from typing import Any, Literal

from flask import g, has_request_context, request

from . import journal

Event = Literal[
    "authn_login_fail",
    "authn_token_created",
    "authn_token_revoked",
    "authn_token_reuse",
    "authz_fail",
    "excess_rate_limit_exceeded",
    "input_validation_fail",
    "malicious_cors",
    "malicious_direct_reference",
    "sys_shutdown",
    "sys_startup",
    "user_created",
]
_CRITICAL = {"authn_token_reuse", "malicious_direct_reference"}
_ROUTINE = {"authn_token_created", "sys_startup", "sys_shutdown", "user_created"}


def record(event: Event, reason: str, **fields: Any) -> None:
    """Write the event, with what is known of the request at hand."""
    level = "critical" if event in _CRITICAL else "info" if event in _ROUTINE else "warning"
    if has_request_context():
        caller = g.get("caller")
        fields |= {
            "request_id": request.environ.get("service.request_id"),
            "address": request.remote_addr,
            "method": request.method,
            "path": request.path,
            "caller": caller and caller.id,
            "credential": fields.get("credential") or (caller and caller.credential),
        }
    journal.write(level, event, reason=reason, **fields)
