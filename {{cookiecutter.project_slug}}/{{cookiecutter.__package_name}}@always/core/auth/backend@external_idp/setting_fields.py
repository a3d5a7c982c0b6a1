"""Fields of the settings for an identity provider."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from ...settings.fields import StringList
from ..scopes import separated
from .url_fields import HttpsUrl

MAX_ISSUER_LENGTH = 190  # an issuer and a hash must fit into a column that contains a caller id

# Claims of ID tokens: those of OpenID Connect Core 1.0 (sections 2 and 5.1), and of well-known providers.
_IDENTITY_CLAIMS = """
iss sub aud exp nbf iat jti auth_time nonce acr amr azp sid at_hash c_hash s_hash name given_name family_name
middle_name nickname preferred_username profile picture website gender birthdate zoneinfo locale updated_at email emails
email_verified phone_number phone_number_verified address roles groups client_id tid oid upn unique_name username uti rh
ver idp tfp wids firebase hd user_id groups_direct
"""
IDENTITY_CLAIMS = frozenset(_IDENTITY_CLAIMS.split())


class Issuer(HttpsUrl):
    """The name of an issuer, which usually is a URL, or `local`."""

    schemes = ("https", "http")  # AD FS writes http://

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        # Some providers write a name that is not a URL, such as that of the project.
        if (
            isinstance(value, str)
            and re.fullmatch("[!-~]+", value)
            and not ("://" in value or set(value) & self.forbidden)
        ):
            issuer = value
        else:
            issuer = super()._deserialize(value, *args, **kwargs)
        if len(issuer) > MAX_ISSUER_LENGTH:
            raise ValidationError(f"Must have at most {MAX_ISSUER_LENGTH} characters.")
        return issuer


class HttpsUrlWithQuery(HttpsUrl):
    """A URL ``https://host[:port][/path][?query]``, kept as written."""

    forbidden = HttpsUrl.forbidden - {"?"}


class Choices(StringList):
    """One or more of a few words."""

    def __init__(self, *choices: str) -> None:
        super().__init__()
        self.accepts = "one or more of " + ", ".join(f"`{choice}`" for choice in choices)
        self._choices = choices

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
        chosen = super()._deserialize(value, *args, **kwargs)
        if not chosen or set(chosen) - set(self._choices):
            raise ValidationError(f"Must be one or more of {', '.join(self._choices)}.")
        return chosen


class NonEmptyStrings(StringList):
    """Strings, none of which is empty."""

    def check(self, item: str) -> None:
        """Raise ``ValidationError`` for an empty string."""
        if not item:
            raise ValidationError("Must not contain an empty string.")


class SubjectClaims(NonEmptyStrings):
    """The names of claims with the permanent id of a caller; at least one."""

    MUTABLE = frozenset({"email", "emails", "name", "nickname", "preferred_username", "unique_name", "upn", "username"})

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
        names = super()._deserialize(value, *args, **kwargs)
        if not names:
            raise ValidationError("Must contain the name of a claim.")
        return names

    def check(self, item: str) -> None:
        """Raise ``ValidationError`` for a claim whose value may change."""
        super().check(item)
        if item in self.MUTABLE:
            raise ValidationError("Must be a claim that never changes and is never given to another user, such as sub.")


class AccessTokenRule(StringList):
    """Conditions `claim` or `claim=value`, of which an access token satisfies at least one and an ID token none."""

    def check(self, item: str) -> None:
        """Raise ``ValidationError`` for a condition without a name, or one that ID tokens may satisfy."""
        name, equals, value = item.partition("=")
        if not name or (equals and not value):
            raise ValidationError("Must be conditions such as scp or token_use=access.")
        if name in IDENTITY_CLAIMS:
            raise ValidationError(f"{name} may be in ID tokens too. Name a claim of access tokens only, such as scp.")


class RoleScopes(fields.Field[Mapping[str, frozenset[str]]]):
    """The scopes of each role: a table in TOML, comma-separated `role=scope scope` in a variable."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Mapping[str, frozenset[str]]:
        if isinstance(value, str):
            pairs = [pair.rpartition("=") for pair in value.split(",") if pair.strip()]
            value = {role.strip(): scopes for role, _, scopes in pairs}
        if not isinstance(value, dict) or not all(role and isinstance(scopes, str) for role, scopes in value.items()):
            raise ValidationError('Must be a table such as { reader = "scope scope" }.')
        return {role: frozenset(separated(scopes)) for role, scopes in value.items()}
