"""How the OpenAPI document and its page describe the tokens."""

from typing import Any

from flask import Flask

from ...settings import of
from .local_issuer import LOCAL
from .settings import ProviderSettings


def security_schemes(app: Flask) -> dict[str, dict[str, Any]]:
    """Return the security schemes of the OpenAPI document; a caller needs one of them."""
    issuer = of(app, ProviderSettings).provider_issuer
    source = "`flask tokens issue` makes one for development" if issuer == LOCAL else f"{issuer} issues it"
    return {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": f"An access token for this service: {source}.",
        }
    }


def docs_client(_app: Flask) -> dict[str, Any] | None:
    """Return what Swagger UI needs to sign a person in (its ``initOAuth``); None, as a token is pasted."""
    return None
