"""How the OpenAPI document and its page describe the tokens."""

from typing import Any

from flask import Flask

from ...database import connect
from ..scopes import SCOPES
from .protected_resource import resource
from .server import clients


def security_schemes(app: Flask) -> dict[str, dict[str, Any]]:
    """Return the security schemes of the OpenAPI document; a caller needs one of them."""
    address = f"{resource(app)}/oauth2"
    common = {"tokenUrl": f"{address}/token", "scopes": SCOPES}
    return {
        "oauth2": {
            "type": "oauth2",
            "description": "An access token. PKCE with S256 is required of every client.",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": f"{address}/authorize",
                    "refreshUrl": f"{address}/token",
                    **common,
                },
                "clientCredentials": common,
            },
        }
    }


def docs_client(_app: Flask, redirect_uri: str) -> dict[str, Any] | None:
    """Return what Swagger UI needs to sign a person in (its ``initOAuth``), or None where the page is no client.

    It is a client by its redirect URI: `flask clients create --public` registers it.
    """
    with connect() as connection:
        found = [one for one in clients.every(connection) if one.public and redirect_uri in one.redirect_uris]
    if not found:
        return None
    return {
        "clientId": found[0].id,
        "scopes": sorted(found[0].scopes),
        "usePkceWithAuthorizationCodeGrant": True,
    }
