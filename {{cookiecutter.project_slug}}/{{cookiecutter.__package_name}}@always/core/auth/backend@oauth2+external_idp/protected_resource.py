"""What a client must know to call the service with a token: ``/.well-known/oauth-protected-resource`` (RFC 9728)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, current_app
from marshmallow import Schema, fields

from ... import services
from ...declare import response
from ...declare.access_rule import public
from ...diagnostics import Check, Finding
from ...settings import ConfigurationError, Settings, get_settings, setting
from ..scopes import current_scopes
from .url_fields import HttpsOrigin

PATH = "/.well-known/oauth-protected-resource"
blueprint = Blueprint("protected_resource", __name__)


@dataclass(frozen=True, kw_only=True)
class ResourceSettings:
    """Where the service is for those who call it."""

    server_url: str = setting(
        HttpsOrigin(),
        "the address that callers use, such as https://api.example.com; empty means the first of the hosts, with the "
        "port unless a proxy stands before the service",
        default="",
    )


class ProtectedResource(Schema):
    """The metadata of the service as a protected resource."""

    resource = fields.String()
    resource_name = fields.String()
    authorization_servers = fields.List(fields.String(), metadata={"x-optional": True})
    scopes_supported = fields.List(fields.String())
    bearer_methods_supported = fields.List(fields.String())


class AuthorizationServers(list[str]):
    """The authorization servers that the metadata names."""


def init_app(app: Flask, authorization_server: str | None) -> None:
    """Serve the document; it names the server that issues the tokens, if that is one that a client can reach.

    Raises ``StartRefused`` when the address that callers use is at a host that is not ours.
    """
    host = re.sub(r":\d+$", "", resource(app).removeprefix("https://"))
    if host not in get_settings(app, Settings).server_allowed_hosts:
        raise ConfigurationError(
            f"APP_SERVER_URL is at a host that APP_SERVER_ALLOWED_HOSTS does not name: {resource(app)}."
        )
    services.register(app, AuthorizationServers([authorization_server] if authorization_server else []))
    app.register_blueprint(blueprint)


def resource(app: Flask) -> str:
    """Return the identifier of the service as a resource, which is the address that callers use."""
    if given := get_settings(app, ResourceSettings).server_url:
        return given
    settings = get_settings(app, Settings)
    port = "" if settings.server_trusted_proxies or settings.server_port == 443 else f":{settings.server_port}"
    return f"https://{settings.server_allowed_hosts[0]}{port}"


def told(app: Flask) -> Iterator[Finding]:
    """Find an address in production that nobody has set."""
    if get_settings(app, Settings).production and not get_settings(app, ResourceSettings).server_url:
        mend = "set `url` under [server] to the address that callers use"
        yield Finding(f"callers are told {resource(app)}, which is a guess", mend, severity="warning")


check = Check("address", "callers are told the one that is set", told)


def metadata_url() -> str:
    """Return where the document is."""
    return resource(current_app) + PATH


@blueprint.get(PATH)
@public
@response(ProtectedResource)
def document() -> dict[str, Any]:
    """Tell who issues the tokens for this service and which scopes there are (RFC 9728)."""
    found = {
        "resource": resource(current_app),
        "resource_name": get_settings(current_app, Settings).service_name,
        "scopes_supported": list(current_scopes()),
        "bearer_methods_supported": ["header"],
    }
    if servers := services.get(current_app, AuthorizationServers):
        found["authorization_servers"] = servers
    return found
