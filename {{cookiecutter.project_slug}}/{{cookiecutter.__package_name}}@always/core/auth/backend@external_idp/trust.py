"""Whose tokens are accepted, as the settings say: those of a provider, or in development of the local issuer."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from ... import services
from ...settings import ActiveSettings, ConfigurationError, Settings, get_settings
from ..scopes import Scopes
from . import protected_resource
from .claims import FindKey, Rules
from .fetching import Fetcher
from .local_issuer import ALGORITHM, ISSUER, LOCAL, LocalIssuer
from .provider import Provider
from .rights import Rights
from .settings import ProviderSettings


@dataclass(frozen=True, slots=True)
class Trusted:
    """The issuer whose tokens are accepted; ``provider`` is None for the local one."""

    rules: Rules
    find_key: FindKey
    rights: Rights
    provider: Provider | None = None


def init_app(app: Flask) -> None:
    """Trust the issuer that the settings name.

    Raises ``ConfigurationError`` for the local issuer in production, and for a role that brings an unknown scope.
    """
    settings = get_settings(app, ProviderSettings)
    local = settings.provider_issuer == LOCAL
    if local and get_settings(app, Settings).production:
        raise ConfigurationError(
            "APP_PROVIDER_ISSUER is local: the local issuer is for development; name the provider that issues the "
            "tokens."
        )
    _refuse_unknown_scopes(app, settings)
    services.register(app, _local(app) if local else _provider(app))
    protected_resource.init_app(app, None if local else settings.provider_issuer)


def readiness(app: Flask) -> dict[str, Callable[[], bool]]:
    """Return what has to answer beside the database: the provider, unless the issuer is local."""
    provider = trusted(app).provider
    return {"provider": provider.is_available} if provider else {}


def trusted(app: Flask) -> Trusted:
    """Return the issuer whose tokens ``app`` accepts."""
    return services.get(app, Trusted)


def local_issuer(app: Flask) -> LocalIssuer:
    """Return the issuer that development uses."""
    return LocalIssuer(services.get(app, ActiveSettings).root, protected_resource.resource(app))


def _refuse_unknown_scopes(app: Flask, settings: ProviderSettings) -> None:
    named = {scope for scopes in (settings.provider_role_scopes or {}).values() for scope in scopes}
    if unknown := sorted(named - services.get(app, Scopes).keys()):
        raise ConfigurationError(f"APP_PROVIDER_ROLE_SCOPES names the unknown scope {unknown[0]!r}.")


def _local(app: Flask) -> Trusted:
    rules = Rules(issuer=ISSUER, audience=protected_resource.resource(app), algorithms=frozenset({ALGORITHM}))
    return Trusted(rules, local_issuer(app).find_key, Rights(("scope",)))


def _provider(app: Flask) -> Trusted:
    settings = get_settings(app, ProviderSettings)
    issuer = settings.provider_issuer
    ca = settings.provider_ca and services.get(app, ActiveSettings).root / settings.provider_ca
    try:
        fetch = Fetcher(ca)
    except OSError as error:
        raise ConfigurationError(f"APP_PROVIDER_CA: {ca} cannot be read: {error}.") from None
    provider = Provider(issuer, settings.metadata, fetch, settings.provider_refresh)
    rules = Rules(
        issuer=issuer,
        audience=settings.provider_audience or protected_resource.resource(app),
        algorithms=frozenset(settings.provider_algorithms),
        types=frozenset(kind.lower() for kind in settings.provider_token_types),
        client_claim=settings.provider_client_claim,
        id_claim=settings.token_id_claim,
        leeway=settings.provider_leeway,
    )
    rights = Rights(settings.provider_scope_claims, settings.provider_roles_claim, settings.provider_role_scopes)
    return Trusted(rules, provider.find_key, rights, provider)
