"""The forms of the settings that only an identity provider has."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from ...settings.fields import StringList
from .local_issuer import LOCAL
from .url_fields import HttpsUrl

LONGEST = 190  # with a hash behind it, it must fit into the column of an owner


class Issuer(HttpsUrl):
    """The address of an issuer, or the word for the local one."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if value == LOCAL:
            return LOCAL
        issuer = super()._deserialize(value, *args, **kwargs)
        if len(issuer) > LONGEST:
            raise ValidationError(f"it must have {LONGEST} characters at most")
        return issuer


class AnyOf(StringList):
    """Some of a few words, at least one."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        self.takes = "some of " + ", ".join(f"`{word}`" for word in words)
        self._words = words

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
        found = super()._deserialize(value, *args, **kwargs)
        if not found or set(found) - set(self._words):
            raise ValidationError(f"it must be some of {', '.join(self._words)}")
        return found


class Names(StringList):
    """Names of claims, none of them empty."""

    def word(self, text: str) -> str:
        """Return the name."""
        if not text:
            raise ValidationError("a claim has a name")
        return text


class RoleScopes(fields.Field[Mapping[str, frozenset[str]]]):
    """What each role brings: a table in TOML, ``role=scope scope`` between commas in a variable."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Mapping[str, frozenset[str]]:
        if isinstance(value, str):
            pairs = [pair.rpartition("=") for pair in value.split(",") if pair.strip()]
            value = {role.strip(): scopes for role, _, scopes in pairs}
        if not isinstance(value, dict) or not all(role and isinstance(text, str) for role, text in value.items()):
            raise ValidationError('it must be a table such as { reader = "items:read" }')
        return {role: frozenset(text.split()) for role, text in value.items()}
