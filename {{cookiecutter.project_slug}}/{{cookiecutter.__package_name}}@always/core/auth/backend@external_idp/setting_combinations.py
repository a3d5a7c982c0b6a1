"""Checks of settings that are valid each, but not together."""

from collections.abc import Container

from ...settings import ConfigurationError
from .local_issuer import LOCAL
from .setting_fields import IDENTITY_CLAIMS
from .settings import TENANT, ProviderSettings

CLIENT_CLAIMS = frozenset({"azp", "client_id", "cid", "appid"})  # the names of the claim in well-known providers


def check(settings: ProviderSettings, scopes: Container[str]) -> None:
    """Raise ``ConfigurationError`` for settings that contradict each other; ``scopes`` are those of the service."""
    role_scopes = {scope for granted in (settings.provider_role_scopes or {}).values() for scope in granted}
    if unknown := sorted(scope for scope in role_scopes if scope not in scopes):
        raise ConfigurationError(
            f"APP_PROVIDER_ROLE_SCOPES contains the unknown scope {unknown[0]!r}; define it in scopes.py."
        )
    if settings.provider_audience_claim != "aud" and not settings.provider_audience:
        raise ConfigurationError(
            f"APP_PROVIDER_AUDIENCE_CLAIM is {settings.provider_audience_claim}, which never contains the URL of the "
            "service. Set APP_PROVIDER_AUDIENCE to the values to accept."
        )
    if (TENANT in settings.provider_issuer) != bool(settings.provider_tenants):
        raise ConfigurationError(
            f"APP_PROVIDER_TENANTS must list the tenants to accept if APP_PROVIDER_ISSUER contains {TENANT}, and must "
            "be empty otherwise."
        )
    _check_urls(settings)
    # Without a rule, an ID token is recognized by an audience that is its own client.
    widened = set(settings.provider_token_types) != {"at+jwt"} and not settings.provider_access_token_rule
    if widened and settings.provider_client_claim in IDENTITY_CLAIMS - CLIENT_CLAIMS - {"aud"}:
        raise ConfigurationError(
            f"APP_PROVIDER_CLIENT_CLAIM is {settings.provider_client_claim}, which does not contain the client, so "
            "that ID tokens cannot be recognized. Set APP_PROVIDER_ACCESS_TOKEN_RULE."
        )


def _check_urls(settings: ProviderSettings) -> None:
    leads_to_metadata = settings.provider_issuer == LOCAL or settings.provider_issuer.startswith("https://")
    if leads_to_metadata or settings.provider_metadata:
        return
    if not settings.provider_keys:
        raise ConfigurationError(
            f"APP_PROVIDER_ISSUER is {settings.provider_issuer}, which does not begin with https:// and so does not "
            "lead to the provider's keys. Set APP_PROVIDER_KEYS to their https URL."
        )
    if settings.provider_docs_client:
        raise ConfigurationError(
            f"APP_PROVIDER_DOCS_CLIENT needs the provider's metadata, but APP_PROVIDER_ISSUER is "
            f"{settings.provider_issuer}, which does not begin with https://. Set APP_PROVIDER_METADATA to their URL."
        )
