"""Tell the caller from the access token of a request."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from flask import Flask, current_app

from ...settings import Settings, StartRefused, of
from .. import bearer, claims, protected_resource
from ..caller import Caller
from ..claims import Claims, FindKey, Rules
from ..failure import Unauthenticated
from ..remembered import Remembered
from .fetching import Fetcher
from .local_issuer import ALGORITHM, ISSUER, LOCAL, LocalIssuer
from .provider import Provider
from .rights import Rights
from .settings import ProviderSettings

MAX_ID = 255  # what the column of an owner holds
# What an ID token has and an access token has not.
_ID_TOKEN_CLAIMS = ("nonce", "at_hash", "c_hash")


@dataclass(frozen=True, slots=True)
class Trusted:
    """The issuer whose tokens are accepted; ``provider`` is None for the local one."""

    rules: Rules
    find_key: FindKey
    rights: Rights
    provider: Provider | None = None


def init_app(app: Flask) -> None:
    """Get ready to check the tokens of the issuer that the settings name.

    Raises ``StartRefused`` for the local issuer in production.
    """
    settings = of(app, ProviderSettings)
    local = settings.provider_issuer == LOCAL
    if local and of(app, Settings).production:
        raise StartRefused(
            "APP_PROVIDER_ISSUER is local: the local issuer is for development; name the provider that issues the "
            "tokens."
        )
    app.extensions["trusted"] = _local(app) if local else _provider(app)
    app.extensions["remembered"] = Remembered()
    protected_resource.init_app(app, None if local else settings.provider_issuer)


def readiness(app: Flask) -> dict[str, Callable[[], bool]]:
    """Return what has to answer beside the database: the provider, unless the issuer is local."""
    provider = trusted(app).provider
    return {"provider": provider.answers} if provider else {}


def trusted(app: Flask) -> Trusted:
    """Return the issuer whose tokens ``app`` accepts."""
    return cast(Trusted, app.extensions["trusted"])


def local_issuer(app: Flask) -> LocalIssuer:
    """Return the issuer that development uses."""
    return LocalIssuer(app.extensions["settings"].root, protected_resource.resource(app))


def identify() -> Caller | None:
    """Return the caller of the request, or None when it carries no token.

    Raises ``Unauthenticated`` for a token that is not valid, and a 400 for two credentials.
    """
    token = bearer.token()
    if token is None:
        return None
    memory: Remembered = current_app.extensions["remembered"]
    digest = memory.digest(token)
    generation = memory.generation()
    caller = memory.get(digest)
    if caller is None:
        caller = _check(token, trusted(current_app))
        memory.put(digest, caller, generation)
    return caller


def _check(token: str, issuer: Trusted) -> Caller:
    found = claims.check(token, issuer.rules, issuer.find_key)
    if found.type != "at+jwt":
        _refuse_id_token(found, issuer.rights)
    credential = found.token_id or sha256(token.encode()).hexdigest()[:16]
    return Caller(_caller_id(found), issuer.rights.of(found.content), credential, found.expires_at)


def _refuse_id_token(found: Claims, rights: Rights) -> None:
    """Refuse what is an ID token by its content, where its type does not tell.

    It is for the client that asked for it, which any site can be: who sends it here may not be whom it is about.
    """
    if any(name in found.content for name in _ID_TOKEN_CLAIMS):
        raise Unauthenticated("it has claims of an ID token", found.token_id)
    if found.client in found.audience:
        raise Unauthenticated("it is for the client that it was issued to", found.token_id)
    if not rights.stated(found.content):
        raise Unauthenticated("it has neither scopes nor roles", found.token_id)


def _caller_id(found: Claims) -> str:
    """Return one name for issuer and subject: one issuer's name for somebody is another's for somebody else.

    No issuer has ``#`` or ``?`` in it, so two of them never make the same name.
    """
    name = f"{found.issuer}#{found.subject}"
    return name if len(name) <= MAX_ID else f"{found.issuer}?{sha256(found.subject.encode()).hexdigest()}"


def _local(app: Flask) -> Trusted:
    rules = Rules(issuer=ISSUER, audience=protected_resource.resource(app), algorithms=frozenset({ALGORITHM}))
    return Trusted(rules, local_issuer(app).find, Rights(("scope",)))


def _provider(app: Flask) -> Trusted:
    settings = of(app, ProviderSettings)
    issuer = settings.provider_issuer
    ca = settings.provider_ca and app.extensions["settings"].root / settings.provider_ca
    try:
        fetch = Fetcher(ca)
    except OSError as error:
        raise StartRefused(f"APP_PROVIDER_CA: {ca} cannot be read: {error}.") from None
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
    return Trusted(rules, provider.find, rights, provider)
