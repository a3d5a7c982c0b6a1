"""Tokens of an identity provider: how a caller is told from an access token that somebody else issued.

This is the face that the rest of the service knows.
"""

from collections.abc import Callable

from sqlalchemy import Connection

from .authentication import authenticate, init_app
from .bearer import CREDENTIAL_HEADER, challenge
from .callers import caller_id, own_rates
from .checks import checks
from .commands import commands
from .documentation import docs_client, security_schemes
from .events import anomalies, security_events
from .settings import ProviderSettings as Settings
from .trust import readiness

SCOPES = {"admin": "See the figures of the service"}
# The provider has the accounts: only the service itself can count the callers that own something.
COUNTS: dict[str, Callable[[Connection], int]] = {}
blueprints = ()

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
