"""How a request reaches the database.

``reading()`` is a connection that commits by itself; ``writing()`` is one transaction, committed when its block ends
and rolled back when an exception leaves it; ``noting()`` is one for what is written in passing. The handler decides: a
refusal that records something leaves the block first and answers then.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import Connection, Engine

from .. import services
from ..settings import ConfigurationError, Settings, get_settings
from . import engine
from .branches import Branch, ownership_errors
from .migrator import ENVIRONMENT, Migrator
from .outage import Outage
from .tables import Base, CoreBase


class Database:
    """The connections of one application."""

    def __init__(self, url: str, threads: int) -> None:
        self.reader, self.engine = engine.create(url, threads)
        self._outage = Outage()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Give a connection for reads, each its own statement."""
        with self._outage.watched(), self.reader.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.reader.dispose()
        self.engine.dispose()

    def transaction(self) -> AbstractContextManager[Connection]:
        """Give a connection inside one transaction."""
        return self._begin(self.engine)

    def best_effort(self) -> AbstractContextManager[Connection]:
        """Give a connection inside one transaction that hardly waits for another."""
        return self._begin(self.engine.execution_options(hasty=True))

    @contextmanager
    def _begin(self, engine: Engine) -> Iterator[Connection]:
        callbacks: list[Callable[[], object]] = []
        with self._outage.watched(), engine.begin() as connection:
            connection.info["on_commit"] = callbacks
            yield connection
        for callback in callbacks:
            callback()


def init_app(app: Flask, migrations: Path) -> None:
    """Open the database of ``app``; ``migrations`` is the folder of the service's migrations.

    Raises ``ConfigurationError`` if a table of the service has the name of a table of core or references one.
    """
    for error in ownership_errors(Base.metadata, CoreBase.metadata):
        raise ConfigurationError(error)
    settings = get_settings(app, Settings)
    database = Database(settings.database_url, settings.server_threads)
    branches = (
        Branch("core", ENVIRONMENT / "versions", CoreBase.metadata),
        Branch("service", migrations, Base.metadata),
    )
    services.register(app, database)
    services.register(app, Migrator(settings.database_url, branches))


def current() -> Database:
    """Return the database of the current application."""
    return services.get(current_app, Database)


def connect() -> AbstractContextManager[Connection]:
    """Give a connection for reads; raises 503 while the database does not answer."""
    return current().connect()


def transaction() -> AbstractContextManager[Connection]:
    """Give a connection inside one transaction; raises 503 while the database does not answer or stays locked."""
    return current().transaction()


def on_commit(connection: Connection, callback: Callable[[], object]) -> None:
    """Call ``callback`` after the connection's transaction is committed; do not call it after a rollback."""
    connection.info["on_commit"].append(callback)


def best_effort() -> AbstractContextManager[Connection]:
    """Give a connection inside one transaction for what is worth no wait; raises 503 when it would have to wait."""
    return current().best_effort()
