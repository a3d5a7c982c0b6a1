"""The description of the tokens in the OpenAPI document and on the page ``/docs``."""

from typing import Any

from flask import Flask

from ... import services
from ...settings import get_settings
from ..scopes import Scopes
from . import protected_resource, trusted_issuer
from .local_issuer import LOCAL
from .settings import ProviderSettings


def security_schemes(app: Flask) -> dict[str, dict[str, Any]]:
    """Return the security schemes; see ``Backend.security_schemes``."""
    settings = get_settings(app, ProviderSettings)
    local = settings.provider_issuer == LOCAL
    source = "`flask tokens issue` prints one for development" if local else f"{settings.provider_issuer} issues it"
    schemes: dict[str, dict[str, Any]] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": f"An access token for this service: {source}.",
        }
    }
    if _has_docs_client(settings):
        schemes["sign_in"] = {
            "type": "openIdConnect",
            "openIdConnectUrl": settings.metadata_url,
            "description": "Sign in at the identity provider.",
        }
    return schemes


def docs_client(app: Flask, _redirect_uri: str) -> dict[str, Any] | None:
    """Return the client with which the page signs users in, or None if users paste a token."""
    settings = get_settings(app, ProviderSettings)
    if not _has_docs_client(settings):
        return None
    audience = next(iter(settings.provider_audience), protected_resource.resource(app))
    names = [settings.provider_scope_prefix + scope for scope in services.get(app, Scopes) if scope != "admin"]
    return {
        "clientId": settings.provider_docs_client,
        "scopes": ["openid", *names],
        "usePkceWithAuthorizationCodeGrant": True,
        # Some providers require the audience in the request; the others ignore the parameter.
        "additionalQueryStringParams": {"audience": audience},
    }


def token_origins(app: Flask) -> list[str]:
    """Return the origin of the provider's token endpoint, if users sign in on the page."""
    provider = trusted_issuer.get(app).provider
    if provider is None or not _has_docs_client(get_settings(app, ProviderSettings)):
        return []
    provider.is_available()  # waits for the first metadata
    return [provider.token_origin] if provider.token_origin else []


def _has_docs_client(settings: ProviderSettings) -> bool:
    return bool(settings.provider_docs_client) and settings.provider_issuer != LOCAL
