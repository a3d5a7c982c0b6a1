"""The issuer whose tokens the service accepts: the provider, or in development the local issuer."""

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
from .scope_claims import ScopeClaims
from .settings import ProviderSettings


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """The issuer's keys and the rules for its tokens; ``provider`` is None for the local issuer.

    A token whose type is not ``at+jwt`` must satisfy a condition of ``access_token_rule``, if there is one.
    """

    rules: Rules
    find_key: FindKey
    scope_claims: ScopeClaims
    access_token_rule: tuple[str, ...] = ()
    provider: Provider | None = None


def init_app(app: Flask) -> None:
    """Register the issuer that the settings name.

    Raises ``ConfigurationError`` for the local issuer in production, for an unknown scope of a role, and for another
    ``provider_audience_claim`` than ``aud`` without ``provider_audience``.
    """
    settings = get_settings(app, ProviderSettings)
    local = settings.provider_issuer == LOCAL
    if local and get_settings(app, Settings).production:
        raise ConfigurationError(
            "APP_PROVIDER_ISSUER is local, which production does not allow. Set it to the issuer of your provider."
        )
    role_scopes = {scope for scopes in (settings.provider_role_scopes or {}).values() for scope in scopes}
    if unknown := sorted(role_scopes - services.get(app, Scopes).keys()):
        raise ConfigurationError(f"APP_PROVIDER_ROLE_SCOPES contains the unknown scope {unknown[0]!r}.")
    if settings.provider_audience_claim != "aud" and not settings.provider_audience:
        raise ConfigurationError(
            f"APP_PROVIDER_AUDIENCE_CLAIM is {settings.provider_audience_claim}, which never contains the URL of the "
            "service. Set APP_PROVIDER_AUDIENCE to the values to accept."
        )
    services.register(app, _local_issuer(app) if local else _provider(app))
    protected_resource.init_app(app, None if local else settings.provider_issuer)


def readiness(app: Flask) -> dict[str, Callable[[], bool]]:
    """Return the provider as a dependency, unless the issuer is local."""
    provider = get(app).provider
    return {"provider": provider.is_available} if provider else {}


def get(app: Flask) -> TrustedIssuer:
    """Return the issuer whose tokens ``app`` accepts."""
    return services.get(app, TrustedIssuer)


def local_issuer(app: Flask) -> LocalIssuer:
    """Return the local issuer of ``app``."""
    return LocalIssuer(services.get(app, ActiveSettings).root, protected_resource.resource(app))


def _local_issuer(app: Flask) -> TrustedIssuer:
    rules = Rules(
        issuer=ISSUER,
        audiences=frozenset({protected_resource.resource(app)}),
        algorithms=frozenset({ALGORITHM}),
    )
    return TrustedIssuer(rules, local_issuer(app).find_key, ScopeClaims(("scope",)))


def _provider(app: Flask) -> TrustedIssuer:
    settings = get_settings(app, ProviderSettings)
    issuer = settings.provider_issuer
    ca = settings.provider_ca and services.get(app, ActiveSettings).root / settings.provider_ca
    try:
        fetch = Fetcher(ca)
    except OSError as error:
        raise ConfigurationError(f"Cannot read the CA {ca} that APP_PROVIDER_CA names: {error}.") from None
    provider = Provider(issuer, settings.metadata_url, fetch, settings.provider_refresh)
    rules = Rules(
        issuer=issuer,
        audiences=frozenset(settings.provider_audience or [protected_resource.resource(app)]),
        algorithms=frozenset(settings.provider_algorithms),
        types=frozenset(type_.lower() for type_ in settings.provider_token_types),
        audience_claim=settings.provider_audience_claim,
        subject_claim=settings.provider_subject_claim,
        client_claim=settings.provider_client_claim,
        id_claim=settings.token_id_claim,
        leeway=settings.provider_leeway,
    )
    scope_claims = ScopeClaims(
        settings.provider_scope_claims,
        settings.provider_scope_prefix,
        settings.provider_roles_claim,
        settings.provider_role_scopes,
    )
    return TrustedIssuer(rules, provider.find_key, scope_claims, settings.provider_access_token_rule, provider)
