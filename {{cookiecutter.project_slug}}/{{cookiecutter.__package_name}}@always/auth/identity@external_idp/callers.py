"""Who calls: the provider knows them all, this service only those who left something here."""

from sqlalchemy import Connection, func, select

from ...items.models import Item
from ..caller import OwnRate


def count_callers(connection: Connection) -> int:
    """Return how many callers own an item."""
    return connection.scalar(select(func.count(Item.owner.distinct()))) or 0


def own_rates(_connection: Connection) -> list[tuple[str, str, OwnRate]]:
    """Return id, owner and rate of every credential that brings a rate of its own: a token brings none."""
    return []
