"""Access tokens of an identity provider: callers send a token that the provider issued.

Other packages use only the names below, which ``auth.interface.Backend`` describes.
"""

from flask import Blueprint

from .authentication import authenticate, init_app, revoke_exposed
from .bearer import CREDENTIAL_HEADER, challenge
from .callers import caller_id, count_callers, own_rates
from .checks import CHECKS
from .commands import COMMANDS
from .documentation import security_schemes
from .events import ANOMALIES, SECURITY_EVENTS
from .settings import ProviderSettings
from .trusted_issuer import readiness

BLUEPRINTS: tuple[Blueprint, ...] = ()
COUNTS = {"callers": count_callers}
SCOPES = {"admin": "Read the statistics of the service"}
SETTINGS = (ProviderSettings,)

__all__ = [
    "ANOMALIES",
    "BLUEPRINTS",
    "CHECKS",
    "COMMANDS",
    "COUNTS",
    "CREDENTIAL_HEADER",
    "SCOPES",
    "SECURITY_EVENTS",
    "SETTINGS",
    "authenticate",
    "caller_id",
    "challenge",
    "init_app",
    "own_rates",
    "readiness",
    "revoke_exposed",
    "security_schemes",
]
