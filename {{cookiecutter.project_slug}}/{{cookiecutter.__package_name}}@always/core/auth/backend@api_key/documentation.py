"""How the OpenAPI document describes API keys."""

from typing import Any

from flask import Flask

from .authentication import CREDENTIAL_HEADER


def security_schemes(_app: Flask) -> dict[str, dict[str, Any]]:
    """Return the security schemes of the OpenAPI document; a caller needs one of them."""
    return {
        "api_key": {
            "type": "apiKey",
            "in": "header",
            "name": CREDENTIAL_HEADER,
            "description": "An API key. What it allows is set when it is made.",
        }
    }


def docs_client(_app: Flask, _redirect_uri: str) -> dict[str, Any] | None:
    """Return None: users paste a key into the page ``/docs``."""
    return None
