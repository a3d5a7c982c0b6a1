"""Who calls: people, and clients that call for themselves."""

from sqlalchemy import Connection

from .accounts import users
from .server import clients


def count_callers(connection: Connection) -> int:
    """Return how many people there are, and clients that call for themselves."""
    return users.count(connection) + clients.count(connection)


def own_rates(_connection: Connection) -> list[tuple[str, str, str]]:
    """Return id, owner and rate of every credential that brings a rate of its own: a token brings none."""
    return []
