"""How a person at the page ``/docs`` gets a credential: a key is pasted, so the page needs nothing for it."""

from flask import Blueprint, Flask
from marshmallow import Schema

FILES: tuple[str, ...] = ()
# The types of security schemes whose scopes stand in the document; those of a key stand in the description.
SCOPED: frozenset[str] = frozenset()
blueprints: tuple[Blueprint, ...] = ()


class Query(Schema):
    """What may stand behind the address of a file of the page: nothing."""


def elsewhere(_app: Flask) -> list[str]:
    """Return the other origins that the page asks: none."""
    return []


def opening(_app: Flask, _name: str) -> dict[str, str]:
    """Return the headers of a file for the windows that the page opens: none, as it opens none."""
    return {}
