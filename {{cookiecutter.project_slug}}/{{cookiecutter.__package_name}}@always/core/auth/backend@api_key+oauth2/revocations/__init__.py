"""That something was revoked: one number, the epoch, which every revocation moves, whichever process revoked."""

from sqlalchemy import Connection, update
from sqlalchemy.orm import Mapped, mapped_column

from ....database import Base
from .counter import reader

__all__ = ["Revocation", "bump", "reader"]


class Revocation(Base):
    """The one row that holds the epoch."""

    __tablename__ = "revocations"

    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[int]


def bump(connection: Connection) -> None:
    """Move the epoch, in the transaction that revokes."""
    connection.execute(update(Revocation).values(epoch=Revocation.epoch + 1))
