"""How the OpenAPI document and its page describe the tokens."""

from typing import Any

from flask import Flask

from ..protected_resource import resource
from ..scopes import SCOPES


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


def docs_client(_app: Flask) -> dict[str, Any] | None:
    """Return what Swagger UI needs to sign a person in (its ``initOAuth``); None, as the page is no client."""
    return None
