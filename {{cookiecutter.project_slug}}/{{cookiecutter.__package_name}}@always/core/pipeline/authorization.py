"""The layer that compares the caller's scopes with the access rule of the endpoint."""

from ..auth import backend
from ..observability import events
from ..problems import Problem
from ..request.state import RequestState


def authorize(state: RequestState) -> None:
    """Raise ``Problem`` (403) if the caller lacks the scope that the endpoint requires."""
    scope = state.endpoint.access_rule.scope if state.endpoint else None
    if scope is None or state.caller is None:
        return
    if scope in state.caller.scopes:
        if scope == "admin":
            events.record(events.AUTHZ_ADMIN, "an administrator called an administrative endpoint")
        return
    events.record(events.AUTHZ_FAIL, f"the scope {scope} is missing")
    headers = [("WWW-Authenticate", backend.challenge("insufficient_scope", scope))]
    raise Problem("forbidden", f"The scope {scope} is required.", headers=headers, scope=scope)
