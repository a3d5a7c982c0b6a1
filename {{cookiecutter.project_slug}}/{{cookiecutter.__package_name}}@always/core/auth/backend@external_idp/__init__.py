"""Tokens of an identity provider: how a caller is told from an access token that somebody else issued.

This is the face that the rest of the service knows.
"""

from .authentication import authenticate, init_app
from .bearer import CREDENTIAL_HEADER, challenge
from .callers import caller_id, count_callers, own_rates
from .checks import checks
from .commands import commands
from .documentation import docs_client, security_schemes
from .events import anomalies, security_events
from .settings import ProviderSettings as Settings
from .trust import readiness

blueprints = ()

__all__ = [
    "CREDENTIAL_HEADER",
    "Settings",
    "anomalies",
    "authenticate",
    "blueprints",
    "caller_id",
    "challenge",
    "checks",
    "commands",
    "count_callers",
    "docs_client",
    "init_app",
    "own_rates",
    "readiness",
    "security_events",
    "security_schemes",
]
