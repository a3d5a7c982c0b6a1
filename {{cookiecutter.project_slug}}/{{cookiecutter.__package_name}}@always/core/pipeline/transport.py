"""The layer that rejects plain HTTP. A credential that was sent in clear text is exposed, which is logged."""

from .. import services
from ..auth import backend
from ..auth.errors import AuthenticationError
from ..auth.guards import Guards
from ..limits import count_failed_authentication
from ..observability import events
from ..problems import Problem
from ..request.state import RequestState
from . import limits
from .allowed_hosts import HEALTH_CHECKS


def require_https(state: RequestState) -> None:
    """Raise ``Problem`` (403) for a request over plain HTTP.

    The health checks accept it: a container platform does not know the certificate.
    """
    if state.environ["wsgi.url_scheme"] == "https":
        return
    is_health_check = state.environ["PATH_INFO"] in HEALTH_CHECKS
    limits.by_address(state)
    try:
        state.environ[events.CALLER] = state.caller = backend.authenticate(state)
    except AuthenticationError:
        if not is_health_check:
            count_failed_authentication()
    except Problem as error:
        if error.type_name != "ambiguous-credentials":
            raise
    if state.caller is not None:
        events.record(events.CREDENTIAL_EXPOSED, "a credential was sent over plain HTTP")
        backend.revoke_exposed(state.caller.credential)
    rule = state.endpoint and state.endpoint.access_rule
    find_exposed = services.get(state.app, Guards).find_exposed.get(rule.guard or "") if rule else None
    if find_exposed and (fields := find_exposed()):
        events.record(events.CREDENTIAL_EXPOSED, "a credential was sent over plain HTTP", **fields)
    if is_health_check:
        return
    raise Problem("insecure-transport", "The service accepts HTTPS only. Replace a credential sent over plain HTTP.")
