"""What a token allows: the scopes that it carries, and those that its roles bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import AuthenticationError
from ..scopes import current_scopes, separated


@dataclass(frozen=True, slots=True)
class Rights:
    """Where a token says what it allows, and what its roles mean here."""

    scope_claims: tuple[str, ...]
    roles_claim: tuple[str, ...] = ()
    role_scopes: Mapping[str, frozenset[str]] | None = None

    def of(self, content: Mapping[str, Any]) -> frozenset[str]:
        """Return the scopes of this service that a token with this content has; others mean nothing here.

        Raises ``Unauthenticated`` for a claim that is neither a text nor a list of texts.
        """
        scopes = next((_words(content[name], name) for name in self.scope_claims if name in content), frozenset())
        for role in self._roles(content):
            scopes |= (self.role_scopes or {}).get(role, frozenset())
        return scopes & current_scopes().keys()

    def stated(self, content: Mapping[str, Any]) -> bool:
        """Tell whether a token says at all what it allows, as an access token does and an ID token does not."""
        return any(content.get(name) for name in self.scope_claims) or bool(self._roles(content))

    def _roles(self, content: Mapping[str, Any]) -> frozenset[str]:
        found: Any = content if self.roles_claim else None
        for name in self.roles_claim:
            found = found.get(name) if isinstance(found, dict) else None
        return frozenset() if found is None else _words(found, self.roles_claim[-1])


def _words(value: Any, name: str) -> frozenset[str]:
    """Return what is written with spaces between, or as a list."""
    words = separated(value) if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise AuthenticationError(f"{name} is no text and no list of texts")
    return frozenset(words)
