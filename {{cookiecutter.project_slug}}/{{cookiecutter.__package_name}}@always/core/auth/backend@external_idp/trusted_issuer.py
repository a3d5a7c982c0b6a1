"""The issuer whose tokens the service accepts: the provider, or in development the local issuer."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from flask import Flask

from ... import services
from ...settings import ActiveSettings, ConfigurationError, Settings, get_settings
from ..scopes import Scopes
from . import protected_resource, setting_combinations
from .claims import FindKey, Rules
from .fetching import Fetcher
from .local_issuer import ALGORITHM, ISSUER, LOCAL, LocalIssuer
from .provider import Provider
from .scope_claims import ScopeClaims
from .settings import ProviderSettings

MAX_CALLER_ID = 255  # characters of a column that contains a caller id


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

    Raises ``ConfigurationError`` for settings that contradict each other, and for the local issuer in production.
    """
    settings = get_settings(app, ProviderSettings)
    local = settings.provider_issuer == LOCAL
    if local and get_settings(app, Settings).production:
        raise ConfigurationError(
            "APP_PROVIDER_ISSUER is local, which production does not allow. Set it to the issuer of your provider."
        )
    setting_combinations.check(settings, services.get(app, Scopes))
    services.register(app, _local_issuer(app) if local else _provider(app))
    reachable = [] if local else [issuer for issuer in settings.issuers if issuer.startswith("https:")]
    protected_resource.init_app(app, reachable)


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


def id_of(issuer: str, subject: str) -> str:
    """Return the caller id of a subject: another issuer's subject of the same name is another caller.

    A long subject is replaced by its hash. No issuer contains ``#`` or ``?``, so two issuers never share an id.
    """
    caller_id = f"{issuer}#{subject}"
    return caller_id if len(caller_id) <= MAX_CALLER_ID else f"{issuer}?{sha256(subject.encode()).hexdigest()}"


def _local_issuer(app: Flask) -> TrustedIssuer:
    rules = Rules(
        issuers=frozenset({ISSUER}),
        audiences=frozenset({protected_resource.resource(app)}),
        algorithms=frozenset({ALGORITHM}),
        caller_id=id_of,
    )
    return TrustedIssuer(rules, local_issuer(app).find_key, ScopeClaims(("scope",)))


def _provider(app: Flask) -> TrustedIssuer:
    settings = get_settings(app, ProviderSettings)
    ca = settings.provider_ca and services.get(app, ActiveSettings).root / settings.provider_ca
    try:
        fetch = Fetcher(ca)
    except OSError as error:
        raise ConfigurationError(f"APP_PROVIDER_CA: {ca} is not a readable PEM file with CAs: {error}.") from None
    urls = (settings.provider_issuer, settings.metadata_url, settings.provider_keys)
    provider = Provider(*urls, fetch, settings.provider_refresh)
    rules = Rules(
        issuers=frozenset(settings.issuers),
        audiences=frozenset(settings.provider_audience or [protected_resource.resource(app)]),
        algorithms=frozenset(settings.provider_algorithms),
        types=frozenset(type_.lower() for type_ in settings.provider_token_types),
        audience_claim=settings.provider_audience_claim,
        subject_claims=settings.provider_subject_claim,
        client_claim=settings.provider_client_claim,
        id_claim=settings.token_id_claim,
        leeway=settings.provider_leeway,
        caller_id=id_of,
    )
    scope_claims = ScopeClaims(
        settings.provider_scope_claims,
        settings.provider_scope_prefix,
        settings.provider_roles_claim,
        settings.provider_role_scopes,
    )
    return TrustedIssuer(rules, provider.find_key, scope_claims, settings.provider_access_token_rule, provider)
