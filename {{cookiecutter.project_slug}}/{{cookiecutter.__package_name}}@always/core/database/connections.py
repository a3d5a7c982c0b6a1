"""Connections to the database, and transactions."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Connection

from .. import services
from ..settings import ConfigurationError, Settings, get_settings
from . import engine
from .branches import ENVIRONMENT, Branch, Branches, ownership_errors
from .outage import Outage
from .tables import Base, CoreBase


class Database:
    """The connection pools of one application: one for single statements, one for transactions."""

    def __init__(self, url: str, threads: int, **options: Any) -> None:
        self.reader, self.engine = engine.create(url, threads, **options)
        self._outage = Outage()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Return a connection that commits each statement."""
        with self._outage.watched(), self.reader.connect() as connection:
            yield connection

    @contextmanager
    def transaction(self, *, best_effort: bool = False) -> Iterator[Connection]:
        """Return a connection in a transaction."""
        callbacks: list[Callable[[], object]] = []
        engine = self.engine.execution_options(best_effort=True) if best_effort else self.engine
        with self._outage.watched(), engine.begin() as connection:
            connection.info["on_commit"] = callbacks
            yield connection
        for callback in callbacks:
            callback()

    def close(self) -> None:
        """Close all connections."""
        self.reader.dispose()
        self.engine.dispose()


def init_app(app: Flask, migrations: Path) -> None:
    """Register the database of ``app``; ``migrations`` is the folder of the service's migrations.

    Raises ``ConfigurationError`` if a table of the service has the name of a table of core or references one.
    """
    for error in ownership_errors(Base.metadata, CoreBase.metadata):
        raise ConfigurationError(error)
    settings = get_settings(app, Settings)
    branches = (
        Branch("core", ENVIRONMENT / "versions", CoreBase.metadata),
        Branch("service", migrations, Base.metadata),
    )
    services.register(app, Database(settings.database_url, settings.server_threads, **settings.database_options))
    services.register(app, Branches(settings.database_url, branches))


def connect() -> AbstractContextManager[Connection]:
    """Return a connection that commits each statement; raises 503 while the database is unavailable."""
    return services.get(current_app, Database).connect()


def transaction() -> AbstractContextManager[Connection]:
    """Return a connection in a transaction; raises 503 while the database is unavailable or stays locked."""
    return services.get(current_app, Database).transaction()


def best_effort() -> AbstractContextManager[Connection]:
    """Return a connection in a transaction for writes that may be skipped: it waits only 0.1 s for a lock."""
    return services.get(current_app, Database).transaction(best_effort=True)


def on_commit(connection: Connection, callback: Callable[[], object]) -> None:
    """Call ``callback`` after the commit of the connection's transaction; it is not called after a rollback."""
    connection.info["on_commit"].append(callback)
