"""Security events, named by the OWASP Logging Vocabulary.

Each is one line of the journal with the request's id, address and caller, and a reason. An event never carries a
credential: a key or token is named by its id. What callers are known by has events of its own, in ``credentials``.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from flask import current_app, g, has_request_context, request

from .. import services
from . import credentials, log, metrics, redaction

Event = (
    Literal[
        "authn_login_fail",
        "authz_admin",
        "authz_fail",
        "excess_rate_limit_exceeded",
        "input_validation_fail",
        "malicious_cors",
        "malicious_direct_reference",
        "sys_shutdown",
        "sys_startup",
    ]
    | credentials.Event
)
LEVELS: dict[str, log.Level] = {
    "authn_login_fail": "warning",
    "authz_admin": "info",
    "authz_fail": "warning",
    "excess_rate_limit_exceeded": "warning",
    "input_validation_fail": "warning",
    "malicious_cors": "warning",
    "malicious_direct_reference": "critical",
    "sys_shutdown": "info",
    "sys_startup": "info",
    **credentials.LEVELS,
}

Listener = Callable[[str, str | None, str | None], None]  # event, address, caller


class Listeners(list[Listener]):
    """What an application calls for each security event."""


def record(event: Event, reason: str, **fields: Any) -> None:
    """Write the event, with what is known of the request at hand, and count it."""
    if has_request_context():
        caller = g.get("caller")
        fields |= {
            "request_id": request.environ.get("service.request_id"),
            "address": request.remote_addr,
            "method": request.method,
            "path": redaction.path(request.environ),
            "caller": fields.get("caller") or (caller and caller.id),
            "credential": fields.get("credential") or (caller and caller.credential),
        }
    log.write(LEVELS[event], event, reason=reason, **fields)
    _count(event, reason, fields)


def _count(event: Event, reason: str, fields: Mapping[str, Any]) -> None:
    counted = services.get(current_app, metrics.Metrics)
    counted.count_event(event)
    if event == "authn_login_fail":
        counted.count_authentication_failure(reason)
    elif event == "excess_rate_limit_exceeded":
        counted.count_rate_limited(fields["limit"])
    for listener in services.get(current_app, Listeners):
        listener(event, fields.get("address"), fields.get("caller"))
