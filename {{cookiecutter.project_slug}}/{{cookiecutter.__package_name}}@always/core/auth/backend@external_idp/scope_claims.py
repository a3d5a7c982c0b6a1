"""Read the scopes of a caller from a token: from claims that contain scopes, and from roles that grant them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import AuthenticationError
from ..scopes import current_scopes, separated


@dataclass(frozen=True, slots=True)
class ScopeClaims:
    """The claims that contain scopes and roles, and the scopes that each role grants.

    The first of the ``names`` that a token has is read; its scopes begin with ``prefix``, which is removed.
    ``roles_path`` leads to the roles through nested objects.
    """

    names: tuple[str, ...]
    prefix: str = ""
    roles_path: tuple[str, ...] = ()
    role_scopes: Mapping[str, frozenset[str]] | None = None

    def scopes(self, content: Mapping[str, Any]) -> frozenset[str]:
        """Return the scopes of a token with these claims, without scopes that this service does not define.

        Raises ``AuthenticationError`` for a claim that is neither a string nor a list of strings.
        """
        words = next((_words(content[name], name) for name in self.names if name in content), frozenset())
        scopes = frozenset(word.removeprefix(self.prefix) for word in words if word.startswith(self.prefix))
        for role in self._roles(content):
            scopes |= (self.role_scopes or {}).get(role, frozenset())
        return scopes & current_scopes().keys()

    def present_in(self, content: Mapping[str, Any]) -> bool:
        """Return whether a token states scopes or roles at all, as an access token does and an ID token does not."""
        return any(content.get(name) for name in self.names) or bool(self._roles(content))

    def _roles(self, content: Mapping[str, Any]) -> frozenset[str]:
        value: Any = content if self.roles_path else None
        for name in self.roles_path:
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, dict):  # the names are the roles
            return frozenset(role for role, granted in value.items() if granted)
        return frozenset() if value is None else _words(value, self.roles_path[-1])


def _words(value: Any, name: str) -> frozenset[str]:
    """Return the words of a claim: a string that separates them by spaces, or a list."""
    words = separated(value) if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise AuthenticationError(f"{name} is not a string or a list of strings")
    return frozenset(words)
