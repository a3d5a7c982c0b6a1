"""The callers of the service: users, and clients that call without a user."""

from sqlalchemy import Connection

from ...request.caller import OwnRate
from .accounts import users
from .server import clients


def count_callers(connection: Connection) -> int:
    """Return the number of users and of clients that may call without a user."""
    return users.count(connection) + clients.count_service_clients(connection)


def caller_id(connection: Connection, name: str) -> str:
    """Return the id of the user with this name; any other string is returned as an id."""
    user = users.find_by_name(connection, name)
    return user.id if user else name


def own_rates(connection: Connection) -> list[tuple[str, str, OwnRate]]:
    """Return id, name and rate of every client with its own rate limit, which all its tokens share."""
    found = clients.find_all(connection)
    return [(client.id, client.name, OwnRate(client.rate, client.id)) for client in found if client.rate]
