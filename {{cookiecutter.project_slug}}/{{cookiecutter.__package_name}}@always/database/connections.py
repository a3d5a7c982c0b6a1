"""How a request reaches the database.

``reading()`` is a connection that commits by itself; ``writing()`` is one transaction, committed when its block ends
and rolled back when an exception leaves it; ``noting()`` is one for what is written in passing. The handler decides: a
refusal that records something leaves the block first and answers then.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import cast

from flask import Flask, current_app
from flask_alembic import Alembic
from sqlalchemy import Connection

from ..settings import Settings, of
from . import engine
from .outage import Outage
from .revision import Revision
from .tables import Base


class Database:
    """The connections of one application."""

    def __init__(self, url: str, threads: int) -> None:
        self.reader, self.engine = engine.create(url, threads)
        self._outage = Outage()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reads, each its own statement."""
        with self._outage.watched(), self.reader.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.reader.dispose()
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection inside one transaction."""
        with self._outage.watched(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def noting(self) -> Iterator[Connection]:
        """Give a connection inside one transaction that hardly waits for another."""
        with self._outage.watched(), self.engine.execution_options(hasty=True).begin() as connection:
            yield connection


def init_app(app: Flask) -> None:
    """Open the database of ``app`` and find its migrations."""
    settings = of(app, Settings)
    database = Database(settings.database_url, settings.server_threads)
    migrations = f"{app.root_path}/database/migrations"
    app.extensions["database"] = database
    app.extensions["revision"] = Revision(migrations)
    app.config["ALEMBIC"] = {"script_location": migrations}
    Alembic(app, metadatas=Base.metadata, engines=database.engine, command_name="")


def current() -> Database:
    """Return the database of the current application."""
    return cast(Database, current_app.extensions["database"])


def reading() -> AbstractContextManager[Connection]:
    """Give a connection for reads; raises 503 while the database does not answer."""
    return current().reading()


def writing() -> AbstractContextManager[Connection]:
    """Give a connection inside one transaction; raises 503 while the database does not answer or stays locked."""
    return current().writing()


def noting() -> AbstractContextManager[Connection]:
    """Give a connection inside one transaction for what is worth no wait; raises 503 when it would have to wait."""
    return current().noting()
