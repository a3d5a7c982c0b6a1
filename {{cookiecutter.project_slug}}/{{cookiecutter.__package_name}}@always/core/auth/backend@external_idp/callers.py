"""Who calls: the provider knows them all, this service only those who left something here."""

from hashlib import sha256

from flask import current_app
from sqlalchemy import Connection

from ...request.caller import OwnRate
from . import trust

MAX_ID = 255  # what the column of an owner holds


def joined(issuer: str, subject: str) -> str:
    """Return one name for issuer and subject: one issuer's name for somebody is another's for somebody else.

    No issuer has ``#`` or ``?`` in it, so two of them never make the same name.
    """
    name = f"{issuer}#{subject}"
    return name if len(name) <= MAX_ID else f"{issuer}?{sha256(subject.encode()).hexdigest()}"


def caller_id(_connection: Connection, name: str) -> str:
    """Return the id of the caller whose subject at the issuer this is; an id is given back as it is."""
    issuer = trust.trusted(current_app).rules.issuer
    return name if name.startswith((f"{issuer}#", f"{issuer}?")) else joined(issuer, name)


def own_rates(_connection: Connection) -> list[tuple[str, str, OwnRate]]:
    """Return id, owner and rate of every credential that brings a rate of its own: a token brings none."""
    return []
