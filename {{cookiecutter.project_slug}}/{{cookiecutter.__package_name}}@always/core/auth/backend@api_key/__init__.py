"""API keys: how a caller is told from the ``X-API-Key`` header, and how keys are made and end.

This is the face that the rest of the service knows.
"""

from .authentication import CREDENTIAL_HEADER, authenticate, challenge, init_app, readiness
from .checks import checks
from .commands import commands
from .documentation import docs_client, security_schemes
from .events import anomalies, security_events
from .owners import caller_id, count_callers
from .queries import own_rates
from .routes import blueprint as keys
from .settings import KeySettings as Settings
from .sign_up import blueprint as sign_up

SCOPES = {
    "keys:manage": "Create, rotate and revoke your keys",
    "admin": "See the figures of the service and manage the keys of every owner",
}
COUNTS = {"callers": count_callers}
blueprints = (keys, sign_up)

__all__ = [
    "COUNTS",
    "CREDENTIAL_HEADER",
    "SCOPES",
    "Settings",
    "anomalies",
    "authenticate",
    "blueprints",
    "caller_id",
    "challenge",
    "checks",
    "commands",
    "docs_client",
    "init_app",
    "own_rates",
    "readiness",
    "security_events",
    "security_schemes",
]
