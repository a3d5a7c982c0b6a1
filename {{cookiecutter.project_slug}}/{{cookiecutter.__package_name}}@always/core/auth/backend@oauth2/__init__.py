"""OAuth2: this service signs people in, asks for their consent and issues the tokens that its callers send.

This is the face that the rest of the service knows.
"""

from flask import Flask

from .. import guards
from . import protected_resource, revocations
from .accounts import account, sessions, sign_in, sign_up
from .authentication import CREDENTIAL_HEADER, authenticate, challenge, readiness
from .callers import caller_id, count_callers, own_rates
from .checks import checks
from .commands import commands
from .documentation import docs_client, security_schemes
from .events import anomalies, security_events
from .server import authorization, client_guard, endpoints, metadata
from .settings import TokenSettings as Settings

blueprints = (
    account.blueprint,
    authorization.blueprint,
    endpoints.blueprint,
    metadata.blueprint,
    sign_in.blueprint,
    sign_up.blueprint,
)


def init_app(app: Flask) -> None:
    """Make the memory of callers, the guards of the protocol, its pages and the document of the protected resource."""
    revocations.init_app(app)
    guards.add(app, "client", client_guard.guard)
    guards.add(app, "session", sessions.guard)
    guards.add(app, "own_form", sessions.require_own_form)
    # A line of a page that only says what stands there is none in what is sent.
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    protected_resource.init_app(app, protected_resource.resource(app))


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
