"""Who keys belong to."""

from sqlalchemy import Connection, func, insert, select

from ...clock import now
from .models import Owner


def count_callers(connection: Connection) -> int:
    """Return how many owners there are."""
    return connection.scalar(select(func.count()).select_from(Owner)) or 0


def caller_id(_connection: Connection, name: str) -> str:
    """Return the id of the caller that people know by a name: it is the name of the owner."""
    return name


def known(connection: Connection, name: str) -> bool:
    """Tell whether the name is taken."""
    return connection.execute(select(Owner.name).where(Owner.name == name)).first() is not None


def add(connection: Connection, name: str, email: str | None = None) -> None:
    """Keep a new owner. Raises ``IntegrityError`` when the name is taken."""
    connection.execute(insert(Owner).values(name=name, email=email, created_at=now()))
