"""The settings of the identity provider and the format of its tokens.

The defaults follow RFC 9068; ``docs/authentication.md`` lists the settings for well-known providers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...settings import setting
from ...settings.fields import FilePath, Integer, Line
from .claims import ABSENT, ALGORITHMS
from .protected_resource import ResourceSettings
from .setting_fields import (
    AccessTokenRule,
    Choices,
    HttpsUrlWithQuery,
    Issuer,
    NonEmptyStrings,
    RoleScopes,
    SubjectClaims,
)

TENANT = "{tenantid}"  # in the issuer of a multi-tenant application, as in the metadata of Entra ID


@dataclass(frozen=True, kw_only=True)
class ProviderSettings(ResourceSettings):
    """Whose tokens are accepted, and how they are read."""

    provider_issuer: str = setting(
        Issuer(),
        "the value of iss in the provider's tokens, usually an https URL; local is the local issuer for development",
    )
    provider_audience: tuple[str, ...] = setting(
        NonEmptyStrings(), "the values of which aud must contain one; empty for the URL of the service", default=()
    )
    provider_audience_claim: str = setting(
        Line(), "the claim that is checked in place of aud; a token that has aud too must match in both", default="aud"
    )
    provider_metadata: str = setting(
        HttpsUrlWithQuery(),
        "the URL of the provider's metadata; by default the issuer's openid-configuration",
        default="",
    )
    provider_keys: str = setting(
        HttpsUrlWithQuery(), "the URL of the provider's keys; empty for the one in the provider's metadata", default=""
    )
    provider_tenants: tuple[str, ...] = setting(
        NonEmptyStrings(), f"the tenants whose tokens are accepted, if the issuer contains {TENANT}", default=()
    )
    provider_ca: Path | None = setting(
        FilePath(), "the CA of the provider's certificate, PEM, if it is not a public CA", default=None
    )
    provider_algorithms: tuple[str, ...] = setting(
        Choices(*ALGORITHMS),
        "the allowed signature algorithms; EdDSA is the former name of Ed25519, which many providers send",
        default=("RS256", "ES256"),
    )
    provider_token_types: tuple[str, ...] = setting(
        Choices("at+jwt", "JWT", "none"),
        "the allowed values of typ; none allows tokens without typ",
        default=("at+jwt",),
    )
    provider_access_token_rule: tuple[str, ...] = setting(
        AccessTokenRule(),
        "how access tokens of the types JWT and none differ from ID tokens; without a rule, tokens with nonce, with "
        "their own client in aud, or without scopes and roles are rejected",
        default=(),
    )
    provider_subject_claim: tuple[str, ...] = setting(
        SubjectClaims(), "the claims that may identify a caller; the first one in a token is read", default=("sub",)
    )
    provider_client_claim: str = setting(Line(), "the claim that contains the client", default="client_id")
    provider_token_id_claim: str = setting(
        Line(), "the claim that contains the id of the token; none if tokens have no id", default="jti"
    )
    provider_scope_claims: tuple[str, ...] = setting(
        NonEmptyStrings(),
        "the claims that may contain the scopes; the first one in a token is read",
        default=("scope", "scp"),
    )
    provider_scope_prefix: str = setting(
        Line(), "the prefix of this service's scopes in a token; scopes without it are ignored", default=""
    )
    provider_roles_claim: tuple[str, ...] = setting(
        NonEmptyStrings(),
        "the path to the claim that contains the roles, one name for each level; empty for no roles",
        default=(),
    )
    provider_role_scopes: Mapping[str, frozenset[str]] | None = setting(
        RoleScopes(), "the scopes that each role grants", default=None
    )
    provider_leeway: int = setting(
        Integer(0, 60), "the allowed difference between the provider's clock and this one, in seconds", default=30
    )
    provider_refresh: int = setting(
        Integer(10, 3600), "the age at which the provider's keys are fetched again, in seconds", default=60
    )
    provider_docs_client: str = setting(
        Line(),
        "the public client at the provider with which the page /docs signs users in; without it, users paste a token",
        default="",
    )

    @property
    def issuers(self) -> tuple[str, ...]:
        """The accepted values of ``iss``."""
        tenants = self.provider_tenants or ("",)
        return tuple(self.provider_issuer.replace(TENANT, tenant) for tenant in tenants)

    @property
    def metadata_url(self) -> str:
        """The URL of the provider's metadata (OpenID Connect Discovery 1.0, section 4.1)."""
        return self.provider_metadata or self.provider_issuer.rstrip("/") + "/.well-known/openid-configuration"

    @property
    def token_id_claim(self) -> str | None:
        """The claim that contains the id of a token, or None if tokens have no id."""
        return None if self.provider_token_id_claim == ABSENT else self.provider_token_id_claim
