"""OAuth2: this service signs people in, asks for their consent and issues the tokens that its callers send.

This is the face that the rest of the service knows.
"""

from flask import Flask
from sqlalchemy import Connection

from .. import guards, protected_resource
from . import memory
from .accounts import account, sessions, sign_in, sign_up, users
from .checks import checks
from .commands import commands
from .documentation import security_schemes
from .protector import CREDENTIAL_HEADER, challenge, identify, readiness
from .server import authorization, client_guard, clients, endpoints, metadata
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
    """Make the memory of callers, the guards of the protocol and the document of the protected resource."""
    memory.init_app(app)
    guards.add(app, "client", client_guard.guard)
    guards.add(app, "session", sessions.guard)
    protected_resource.init_app(app, protected_resource.resource(app))


def count_callers(connection: Connection) -> int:
    """Return how many people there are, and clients that call for themselves."""
    return users.count(connection) + clients.count(connection)


__all__ = [
    "CREDENTIAL_HEADER",
    "Settings",
    "blueprints",
    "challenge",
    "checks",
    "commands",
    "count_callers",
    "identify",
    "init_app",
    "readiness",
    "security_schemes",
]
