"""Caller ids and the number of callers. The accounts are at the provider; this service stores none."""

from flask import current_app
from sqlalchemy import Connection, MetaData, String, func, select, union

from ...database import Base
from ...request.caller import OwnRate
from . import trusted_issuer


def caller_id(_connection: Connection, name: str) -> str:
    """Return the caller id of a subject; see ``Backend.caller_id``. With several tenants, only a caller id is one."""
    rules = trusted_issuer.get(current_app).rules
    issuer, *others = rules.issuers
    return name if others or name.startswith((f"{issuer}#", f"{issuer}?")) else rules.caller_id(issuer, name)


def own_rates(_connection: Connection) -> list[tuple[str, str, OwnRate]]:
    """Return no rates: a token cannot have a rate of its own."""
    return []


def count_callers(connection: Connection, metadata: MetaData = Base.metadata) -> int:
    """Return the number of callers that own a row in a table of the service, by the column ``owner`` of the tables."""
    owners = [table.c.owner for table in metadata.sorted_tables if "owner" in table.c]
    queries = [select(owner) for owner in owners if isinstance(owner.type, String)]
    return connection.scalar(select(func.count()).select_from(union(*queries).subquery())) or 0 if queries else 0
