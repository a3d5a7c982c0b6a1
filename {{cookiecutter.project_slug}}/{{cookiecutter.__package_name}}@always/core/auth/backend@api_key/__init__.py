"""API keys: callers send a key in ``X-API-Key``; the service stores a keyed hash of it.

Other packages use only the names below, which ``auth.interface.Backend`` describes.
"""

from ... import features
from .authentication import CREDENTIAL_HEADER, authenticate, challenge, init_app, readiness, security_schemes
from .checks import CHECKS
from .commands import COMMANDS
from .events import ANOMALIES
from .events import SECURITY_EVENTS as KEY_EVENTS
from .issuing import revoke_exposed
from .queries import caller_id, count_owners, own_rates
from .routes import blueprint
from .settings import KeySettings

FEATURES = features.load(
    __name__,
    "sign_up",
)
BLUEPRINTS = (blueprint, *FEATURES.blueprints)
COUNTS = {"callers": count_owners}
SCOPES = {
    "keys:manage": "Create, rotate and revoke your keys",
    "admin": "Read the statistics of the service; with keys:manage, manage the keys of every owner",
}
SECURITY_EVENTS = (*KEY_EVENTS, *FEATURES.security_events)
SETTINGS = (KeySettings, *FEATURES.settings)

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
