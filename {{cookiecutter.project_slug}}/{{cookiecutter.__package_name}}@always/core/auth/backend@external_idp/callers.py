"""Caller ids and the number of callers. The accounts are at the provider; this service stores none."""

from hashlib import sha256

from flask import current_app
from sqlalchemy import Connection, MetaData, String, func, select, union

from ...database import Base
from ...request.caller import OwnRate
from . import trusted_issuer

MAX_LENGTH = 255  # of a column that contains a caller id


def id_of(issuer: str, subject: str) -> str:
    """Return the caller id of a subject: another issuer's subject of the same name is another caller.

    A long subject is replaced by its hash. No issuer contains ``#`` or ``?``, so two issuers never share an id.
    """
    caller_id = f"{issuer}#{subject}"
    return caller_id if len(caller_id) <= MAX_LENGTH else f"{issuer}?{sha256(subject.encode()).hexdigest()}"


def caller_id(_connection: Connection, name: str) -> str:
    """Return the caller id of a subject; see ``Backend.caller_id``."""
    issuer = trusted_issuer.get(current_app).rules.issuer
    return name if name.startswith((f"{issuer}#", f"{issuer}?")) else id_of(issuer, name)


def own_rates(_connection: Connection) -> list[tuple[str, str, OwnRate]]:
    """Return no rates: a token cannot have a rate of its own."""
    return []


def count_callers(connection: Connection, metadata: MetaData = Base.metadata) -> int:
    """Return the number of callers that own a row in a table of the service, by the column ``owner`` of the tables."""
    owners = [table.c.owner for table in metadata.sorted_tables if "owner" in table.c]
    queries = [select(owner) for owner in owners if isinstance(owner.type, String)]
    return connection.scalar(select(func.count()).select_from(union(*queries).subquery())) or 0 if queries else 0
