"""OAuth2: the service signs users in, asks for their consent and issues the access tokens that callers send.

Other packages use only the names below, which ``auth.interface.Backend`` describes.
"""

from flask import Flask

from ... import features
from .. import guards
from . import protected_resource, revocations
from .accounts import account_page, csrf, pages, sign_in
from .authentication import authenticate, challenge, readiness, revoke_exposed
from .bearer import CREDENTIAL_HEADER
from .callers import caller_id, count_callers, own_rates
from .checks import CHECKS
from .commands import COMMANDS
from .documentation import security_schemes
from .events import ANOMALIES, SECURITY_EVENTS
from .server import authorization, client_authentication, endpoints, exposure, metadata
from .settings import TokenSettings

FEATURES = features.load(
    __name__,
    "sign_up",
)
BLUEPRINTS = (
    account_page.blueprint,
    authorization.blueprint,
    endpoints.blueprint,
    metadata.blueprint,
    sign_in.blueprint,
    *FEATURES.blueprints,
)
COUNTS = {"callers": count_callers}
SCOPES = {"admin": "Read the statistics of the service"}
SETTINGS = (TokenSettings, *FEATURES.settings)


def init_app(app: Flask) -> None:
    """Register the caller cache, the guards and the protected resource metadata."""
    revocations.init_app(app)
    guards.add(app, "client", client_authentication.guard, exposure.find_exposed)
    guards.add(app, "csrf", csrf.protect, sign_in.find_exposed)
    guards.add(app, "session", pages.session_guard, pages.find_exposed)
    # Strip template-only lines from the rendered HTML.
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    protected_resource.init_app(app, [protected_resource.resource(app)])


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
