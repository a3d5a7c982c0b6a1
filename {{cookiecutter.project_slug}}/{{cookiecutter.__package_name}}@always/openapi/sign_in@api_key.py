"""How a person at the page ``/docs`` gets a credential: a key is pasted, so the page needs nothing for it."""

from flask import Blueprint, Flask

FILES: tuple[str, ...] = ()
# The types of security schemes whose scopes stand in the document; those of a key stand in the description.
SCOPED: frozenset[str] = frozenset()
blueprints: tuple[Blueprint, ...] = ()


def elsewhere(_app: Flask) -> list[str]:
    """Return the other origins that the page asks: none."""
    return []
