"""The revocation counter: a row that every revocation increments. ``counter`` describes how others notice it."""

from flask import Flask, current_app
from sqlalchemy import Connection, update
from sqlalchemy.orm import Mapped, mapped_column

from .... import services
from ....database import CoreBase, on_commit
from ....settings import Settings, get_settings
from ...caller_cache import CallerCache
from .counter import SharedCounter

__all__ = ["RevocationCounter", "SharedCounter", "bump", "init_app"]


class RevocationCounter(CoreBase):
    """The table with the one row that holds the counter."""

    __tablename__ = "revocations"
    __table_args__ = {"info": {"filled_by_migration": True}}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    counter: Mapped[int]


def init_app(app: Flask) -> None:
    """Register a caller cache that is cleared when the counter changes."""
    counter = services.register(app, SharedCounter(get_settings(app, Settings).database_url))
    services.register(app, CallerCache(counter.read))


def bump(connection: Connection) -> None:
    """Increment the counter, in the transaction that revokes; after its commit, clear the caches."""
    connection.execute(update(RevocationCounter).values(counter=RevocationCounter.counter + 1))
    on_commit(connection, services.get(current_app, SharedCounter).publish)
    on_commit(connection, services.get(current_app, CallerCache).clear)
