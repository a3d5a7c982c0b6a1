"""The description of API keys in the OpenAPI document."""

from typing import Any

from flask import Flask

from .authentication import CREDENTIAL_HEADER


def security_schemes(_app: Flask) -> dict[str, dict[str, Any]]:
    """Return the security schemes; see ``Backend.security_schemes``."""
    return {
        "api_key": {
            "type": "apiKey",
            "in": "header",
            "name": CREDENTIAL_HEADER,
            "description": "An API key. Its scopes are set when it is created.",
        }
    }
