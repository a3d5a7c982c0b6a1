"""The settings that say which provider issues the tokens, and what they look like.

The defaults are the shape of RFC 9068; ``docs/authentication.md`` has the settings for well-known providers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...settings import setting
from ...settings.fields import FilePath, Integer, Text
from .claims import ABSENT, ALGORITHMS
from .protected_resource import ResourceSettings
from .setting_fields import AnyOf, Issuer, Names, RoleScopes
from .url_fields import HttpsUrl


@dataclass(frozen=True, kw_only=True)
class ProviderSettings(ResourceSettings):
    """Whose tokens are accepted, and how they are read."""

    provider_issuer: str = setting(
        Issuer(),
        "the iss of the provider's tokens, exactly as it writes it; local stands for the local issuer of development",
    )
    provider_audience: str = setting(
        Text(), "what aud must contain; empty means the address that callers use", default=""
    )
    provider_metadata: str = setting(
        HttpsUrl(), "where the provider describes itself; empty means its openid-configuration", default=""
    )
    provider_ca: Path | None = setting(
        FilePath(), "the CA of the provider's own certificate, PEM, where it is no public one", default=None
    )
    provider_algorithms: tuple[str, ...] = setting(
        AnyOf(*ALGORITHMS), "the algorithms that tokens may be signed with", default=("RS256", "ES256")
    )
    provider_token_types: tuple[str, ...] = setting(
        AnyOf("at+jwt", "JWT", "none"),
        "the typ that tokens may have; none lets those without one in",
        default=("at+jwt",),
    )
    provider_client_claim: str = setting(Text(), "the claim that names the client", default="client_id")
    provider_token_id_claim: str = setting(
        Text(), "the claim that names the token; none where tokens have no name", default="jti"
    )
    provider_scope_claims: tuple[str, ...] = setting(
        Names(), "the claims that may hold the scopes; the first that a token has is read", default=("scope", "scp")
    )
    provider_roles_claim: tuple[str, ...] = setting(
        Names(), "the way to the claim that holds the roles, a name for each level; empty means no roles", default=()
    )
    provider_role_scopes: Mapping[str, frozenset[str]] | None = setting(
        RoleScopes(),
        "the scopes that a role brings; in a variable: reader=items:read,writer=items:read items:write",
        default=None,
    )
    provider_leeway: int = setting(Integer(0, 60), "how far the provider's clock may differ, in seconds", default=30)
    provider_refresh: int = setting(
        Integer(10, 3600), "after how many seconds the provider's keys are fetched again", default=60
    )

    provider_docs_client: str = setting(
        Text(),
        "the public client at the provider with which the page /docs signs people in; empty means a token is pasted",
        default="",
    )

    @property
    def metadata(self) -> str:
        """Where the provider describes itself (OpenID Connect Discovery 1.0, section 4.1)."""
        return self.provider_metadata or self.provider_issuer.rstrip("/") + "/.well-known/openid-configuration"

    @property
    def token_id_claim(self) -> str | None:
        """The claim that names the token, if tokens have one."""
        return None if self.provider_token_id_claim == ABSENT else self.provider_token_id_claim
