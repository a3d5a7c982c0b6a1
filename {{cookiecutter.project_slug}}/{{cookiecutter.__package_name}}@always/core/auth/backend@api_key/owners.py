"""The owners of keys."""

from sqlalchemy import Connection, func, insert, select

from ...clock import now
from .models import Owner


def count_callers(connection: Connection) -> int:
    """Return the number of owners."""
    return connection.scalar(select(func.count()).select_from(Owner)) or 0


def caller_id(_connection: Connection, name: str) -> str:
    """Return the caller id of an owner, which is the name itself."""
    return name


def exists(connection: Connection, name: str) -> bool:
    """Return whether there is an owner of this name."""
    return connection.execute(select(Owner.name).where(Owner.name == name)).first() is not None


def add(connection: Connection, name: str, email: str | None = None) -> None:
    """Insert a new owner. Raises ``IntegrityError`` if the name is taken."""
    connection.execute(insert(Owner).values(name=name, email=email, created_at=now()))
