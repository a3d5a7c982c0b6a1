"""``/.well-known/oauth-protected-resource``: the metadata that a client needs to call the service (RFC 9728)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, current_app
from marshmallow import Schema, fields

from ... import services
from ...declare import public, response
from ...diagnostics import Check, Finding
from ...settings import ConfigurationError, Settings, get_settings, setting
from ..scopes import current_scopes
from .url_fields import HttpsOrigin

PATH = "/.well-known/oauth-protected-resource"
blueprint = Blueprint("protected_resource", __name__)


@dataclass(frozen=True, kw_only=True)
class ResourceSettings:
    """The URL of the service."""

    server_url: str = setting(
        HttpsOrigin(),
        "the URL of the service for its callers, such as https://api.example.com; empty for the first allowed "
        "host that is not local, with the port unless there is a trusted proxy",
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
    """The authorization servers in the metadata."""


def init_app(app: Flask, authorization_servers: Iterable[str]) -> None:
    """Serve the metadata with the authorization servers that clients can reach.

    Raises ``ConfigurationError`` if the host of the service's URL is not allowed.
    """
    host = re.sub(r":\d+$", "", resource(app).removeprefix("https://"))
    if host not in get_settings(app, Settings).server_allowed_hosts:
        raise ConfigurationError(
            f"APP_SERVER_ALLOWED_HOSTS does not contain the host of APP_SERVER_URL, {resource(app)}. Add the host."
        )
    services.register(app, AuthorizationServers(authorization_servers))
    app.register_blueprint(blueprint)


def resource(app: Flask) -> str:
    """Return the identifier of the service as a protected resource, which is its URL."""
    if url := get_settings(app, ResourceSettings).server_url:
        return url
    settings = get_settings(app, Settings)
    port = "" if settings.server_trusted_proxies or settings.server_port == 443 else f":{settings.server_port}"
    return f"https://{settings.public_host}{port}"


def check_url(app: Flask) -> Iterator[Finding]:
    """Report a URL that production derives from other settings."""
    if get_settings(app, Settings).production and not get_settings(app, ResourceSettings).server_url:
        yield Finding(
            f"the metadata contains the URL {resource(app)}, which is derived from other settings",
            "set `url` under [server] to the URL that callers use",
            severity="warning",
        )


check = Check("url", "in production, the URL of the service is set", check_url)


def metadata_url() -> str:
    """Return the URL of the metadata."""
    return resource(current_app) + PATH


@blueprint.get(PATH)
@public
@response(ProtectedResource)
def document() -> dict[str, Any]:
    """Return the issuer of the tokens and the scopes of this service (RFC 9728)."""
    metadata = {
        "resource": resource(current_app),
        "resource_name": get_settings(current_app, Settings).service_name,
        "scopes_supported": list(current_scopes()),
        "bearer_methods_supported": ["header"],
    }
    if servers := services.get(current_app, AuthorizationServers):
        metadata["authorization_servers"] = servers
    return metadata
