"""The layer that authenticates the caller, or asks the guard of the endpoint."""

from typing import Never

from flask import Response

from .. import limits, services
from ..auth import backend
from ..auth.errors import AuthenticationError
from ..auth.guards import Guards
from ..observability import events
from ..problems import Problem
from ..request.state import RequestState


def authenticate(state: RequestState) -> Response | None:
    """Authenticate the caller if the endpoint requires one; a guard may return the response that rejects the request.

    Raises ``Problem``: 401 without a valid credential, and 429 after too many failures from one address.
    """
    if state.endpoint is None or state.endpoint.access_rule.kind == "public":
        return None
    if state.endpoint.access_rule.guard is not None:
        state.limits.settle()
        return services.get(state.app, Guards)[state.endpoint.access_rule.guard]()
    try:
        caller = backend.authenticate(state)
    except AuthenticationError as error:
        state.limits.settle()
        events.record(events.AUTHN_LOGIN_FAIL, error.reason, credential=error.credential, owner=error.owner)
        limits.count_failed_authentication()
        _challenge(backend.challenge("invalid_token"))
    if caller is None:
        state.limits.settle()
        events.record(events.AUTHN_LOGIN_FAIL, events.NO_CREDENTIAL)
        _challenge(backend.challenge())
    state.environ[events.CALLER] = state.caller = caller
    return None


def _challenge(challenge: str) -> Never:
    raise Problem("unauthenticated", "A valid credential is required.", headers=[("WWW-Authenticate", challenge)])
