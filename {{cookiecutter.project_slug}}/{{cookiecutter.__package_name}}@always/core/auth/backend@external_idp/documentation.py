"""How the OpenAPI document and its page describe the tokens."""

from typing import Any

from flask import Flask

from ... import services
from ...settings import get_settings
from ..scopes import Scopes
from . import protected_resource
from .local_issuer import LOCAL
from .settings import ProviderSettings


def security_schemes(app: Flask) -> dict[str, dict[str, Any]]:
    """Return the security schemes of the OpenAPI document; a caller needs one of them."""
    settings = get_settings(app, ProviderSettings)
    local = settings.provider_issuer == LOCAL
    source = "`flask tokens issue` makes one for development" if local else f"{settings.provider_issuer} issues it"
    schemes: dict[str, dict[str, Any]] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": f"An access token for this service: {source}.",
        }
    }
    if _declared(settings):
        schemes["sign_in"] = {
            "type": "openIdConnect",
            "openIdConnectUrl": settings.metadata,
            "description": "Sign in at the identity provider.",
        }
    return schemes


def _declared(settings: ProviderSettings) -> bool:
    return bool(settings.provider_docs_client) and settings.provider_issuer != LOCAL


def docs_client(app: Flask, _redirect_uri: str) -> dict[str, Any] | None:
    """Return what Swagger UI needs to sign a person in (its ``initOAuth``), or None where a token is pasted."""
    settings = get_settings(app, ProviderSettings)
    if not _declared(settings):
        return None
    audience = settings.provider_audience or protected_resource.resource(app)
    return {
        "clientId": settings.provider_docs_client,
        "scopes": ["openid", *(scope for scope in services.get(app, Scopes) if scope != "admin")],
        "usePkceWithAuthorizationCodeGrant": True,
        # Some providers want to be told whom the token is for; the others ignore it.
        "additionalQueryStringParams": {"audience": audience},
    }
