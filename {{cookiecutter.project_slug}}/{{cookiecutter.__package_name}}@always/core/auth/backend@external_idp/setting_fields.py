"""Fields of the settings for an identity provider."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from ...settings.fields import StringList
from ..scopes import separated
from .local_issuer import LOCAL
from .url_fields import HttpsUrl

MAX_ISSUER_LENGTH = 190  # an issuer and a hash must fit into a column that contains a caller id


class Issuer(HttpsUrl):
    """The URL of an issuer, or `local`."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if value == LOCAL:
            return LOCAL
        issuer = super()._deserialize(value, *args, **kwargs)
        if len(issuer) > MAX_ISSUER_LENGTH:
            raise ValidationError(f"Must have at most {MAX_ISSUER_LENGTH} characters.")
        return issuer


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


class ClaimNames(StringList):
    """Names of claims."""

    def check(self, item: str) -> None:
        """Raise ``ValidationError`` for an empty name."""
        if not item:
            raise ValidationError("Must not contain an empty name.")


class RoleScopes(fields.Field[Mapping[str, frozenset[str]]]):
    """The scopes of each role: a table in TOML, comma-separated `role=scope scope` in a variable."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Mapping[str, frozenset[str]]:
        if isinstance(value, str):
            pairs = [pair.rpartition("=") for pair in value.split(",") if pair.strip()]
            value = {role.strip(): scopes for role, _, scopes in pairs}
        if not isinstance(value, dict) or not all(role and isinstance(scopes, str) for role, scopes in value.items()):
            raise ValidationError('Must be a table such as { reader = "scope scope" }.')
        return {role: frozenset(separated(scopes)) for role, scopes in value.items()}
