"""Who calls: people, and clients that call for themselves."""

from sqlalchemy import Connection

from ...request.caller import OwnRate
from .accounts import users
from .server import clients


def count_callers(connection: Connection) -> int:
    """Return how many people there are, and clients that call for themselves."""
    return users.count(connection) + clients.count(connection)


def caller_id(connection: Connection, name: str) -> str:
    """Return the id of the person of this name; any other text is an id itself."""
    person = users.named(connection, name)
    return person.id if person else name


def own_rates(connection: Connection) -> list[tuple[str, str, OwnRate]]:
    """Return id, name and rate of every client that has a rate of its own, which its tokens bring."""
    return [(client_id, name, OwnRate(rate, client_id)) for client_id, name, rate in clients.rates(connection)]
