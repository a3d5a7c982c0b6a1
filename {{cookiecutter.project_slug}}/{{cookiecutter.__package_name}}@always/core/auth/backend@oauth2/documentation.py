"""Description of the authentication in the OpenAPI document and on the page ``/docs``."""

from typing import Any

from flask import Flask

from ... import services
from ...database import connect
from ..scopes import Scopes
from .protected_resource import resource
from .server import clients


def security_schemes(app: Flask) -> dict[str, dict[str, Any]]:
    """Return the alternative security schemes of the OpenAPI document."""
    server = f"{resource(app)}/oauth2"
    common = {"tokenUrl": f"{server}/token", "scopes": dict(services.get(app, Scopes))}
    return {
        "oauth2": {
            "type": "oauth2",
            "description": "An access token. Every client must use PKCE with S256.",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": f"{server}/authorize",
                    "refreshUrl": f"{server}/token",
                    **common,
                },
                "clientCredentials": common,
            },
        }
    }


def docs_client(_app: Flask, redirect_uri: str) -> dict[str, Any] | None:
    """Return the ``initOAuth`` options with which Swagger UI signs a user in; None if the page is not a client.

    To make it one, register a public client with its redirect URI: ``flask clients create --public``.
    """
    with connect() as connection:
        found = clients.find_all(connection)
    for client in found:
        if client.is_public and client.locked_at is None and redirect_uri in client.redirect_uris:
            scopes = sorted(client.scopes)
            return {"clientId": client.id, "scopes": scopes, "usePkceWithAuthorizationCodeGrant": True}
    return None


def token_origins(_app: Flask) -> tuple[str, ...]:
    """Return no origins: the security schemes contain the URLs."""
    return ()
