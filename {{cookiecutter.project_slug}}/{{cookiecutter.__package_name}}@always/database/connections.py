"""How a request reaches the database.

``reading()`` is a connection that commits by itself; ``writing()`` is one transaction, committed when its block ends
and rolled back when an exception leaves it. The handler decides: a refusal that records something leaves the block
first and answers then.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import cast

import click
from flask import Flask, current_app
from flask_alembic import Alembic
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from werkzeug.exceptions import ServiceUnavailable

from ..settings import Settings, of
from . import engine
from .tables import Base


class DatabaseAway(click.ClickException, ServiceUnavailable):
    """The database does not answer: 503 for a request, and one sentence for a command."""

    def __init__(self) -> None:
        super().__init__("The database does not answer.")
        self.retry_after = 1

    def format_message(self) -> str:
        """Return what a command prints."""
        return "The database does not answer, or has no tables: `flask db upgrade`."


class Database:
    """The connections of one application."""

    def __init__(self, url: str) -> None:
        self.reader, self.engine = engine.create(url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reads, each its own statement."""
        with _unavailable_is_503(), self.reader.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.reader.dispose()
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection inside one transaction."""
        with _unavailable_is_503(), self.engine.begin() as connection:
            yield connection


@contextmanager
def _unavailable_is_503() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise DatabaseAway from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseAway from error
        raise


def init_app(app: Flask) -> None:
    """Open the database of ``app`` and add ``flask db`` for its migrations."""
    database = Database(of(app, Settings).database_url)
    app.extensions["database"] = database
    app.config["ALEMBIC"] = {"script_location": f"{app.root_path}/database/migrations"}
    Alembic(app, metadatas=Base.metadata, engines=database.engine)


def current() -> Database:
    """Return the database of the current application."""
    return cast(Database, current_app.extensions["database"])


def reading() -> AbstractContextManager[Connection]:
    """Give a connection for reads; raises 503 while the database does not answer."""
    return current().reading()


def writing() -> AbstractContextManager[Connection]:
    """Give a connection inside one transaction; raises 503 while the database does not answer or stays locked."""
    return current().writing()
