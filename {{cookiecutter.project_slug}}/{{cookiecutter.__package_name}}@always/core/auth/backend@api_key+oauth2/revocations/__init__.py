"""The revocation counter: a row that every revocation increments, so that every process clears its caller cache."""

from flask import Flask, current_app
from sqlalchemy import Connection, update
from sqlalchemy.orm import Mapped, mapped_column

from .... import services
from ....database import CoreBase, on_commit
from ....settings import Settings, get_settings
from ...caller_cache import CallerCache
from .counter import reader

__all__ = ["RevocationCounter", "bump", "init_app", "reader"]


class RevocationCounter(CoreBase):
    """The table with the one row that holds the counter."""

    __tablename__ = "revocations"
    __table_args__ = {"info": {"filled_by_migration": True}}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    counter: Mapped[int]


def init_app(app: Flask) -> None:
    """Register a caller cache that is cleared when the counter changes."""
    services.register(app, CallerCache(reader(get_settings(app, Settings).database_url)))


def bump(connection: Connection) -> None:
    """Increment the counter, in the transaction that revokes; after its commit, clear the cache of this process."""
    connection.execute(update(RevocationCounter).values(counter=RevocationCounter.counter + 1))
    on_commit(connection, services.get(current_app, CallerCache).clear)
