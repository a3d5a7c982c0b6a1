"""The revocation counter: a row that every revocation increments, so that other processes notice it."""

from sqlalchemy import Connection, update
from sqlalchemy.orm import Mapped, mapped_column

from ....database import Base
from .counter import reader

__all__ = ["RevocationCounter", "bump", "reader"]


class RevocationCounter(Base):
    """The table with the one row that holds the counter."""

    __tablename__ = "revocations"

    id: Mapped[int] = mapped_column(primary_key=True)
    counter: Mapped[int]


def bump(connection: Connection) -> None:
    """Increment the counter, in the transaction that revokes."""
    connection.execute(update(RevocationCounter).values(counter=RevocationCounter.counter + 1))
