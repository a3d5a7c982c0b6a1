"""Engines for SQLite: one file, with many readers and one writer at a time."""

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.engine import make_url

from ..diagnostics import Finding

# What to do about an error of a connection, by a part of its message.
HINTS: Mapping[str, str] = {}
BUSY_TIMEOUT = 5000  # milliseconds that a write waits for another one
BEST_EFFORT_TIMEOUT = 100  # the same for a best-effort write


def create(url: str, threads: int) -> tuple[Engine, Engine]:
    """Return an engine for reads and one for writes, in write-ahead mode; create a missing folder of the file.

    There are two engines because switching one between autocommit and transactions costs time on each use. Each has a
    connection for each thread. Connections return to the pool without an open transaction, so none is rolled back.
    """
    if path := file_of(url):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    options: dict[str, Any] = {
        "hide_parameters": True,
        "poolclass": QueuePool,
        "pool_size": threads,
        "pool_timeout": 5,
        "pool_reset_on_return": None,
    }
    reader = create_engine(url, isolation_level="AUTOCOMMIT", **options)
    writer = create_engine(url, **options)
    for engine in (reader, writer):
        event.listen(engine, "connect", _configure)
    event.listen(writer, "begin", _begin)
    return reader, writer


def _begin(connection: Connection) -> None:
    timeout = BEST_EFFORT_TIMEOUT if connection.get_execution_options().get("best_effort") else BUSY_TIMEOUT
    # ``info`` belongs to the driver's connection. The pragma takes 33 microseconds: 6 % of a request that writes a row.
    if connection.info.get("busy_timeout", BUSY_TIMEOUT) != timeout:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {timeout}")
        connection.info["busy_timeout"] = timeout
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    # In the driver's deferred transactions, a write after a read can fail at once with "database is locked".
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -512")  # kB per connection; by default 2,000, which makes reads no faster
    connection.execute("PRAGMA foreign_keys = ON")


def findings(_connection: Connection) -> Iterator[Finding]:
    """Report nothing: a connection to a file has what the service configures."""
    return iter(())


def file_of(url: str) -> Path | None:
    """Return the file of the database, or None if it is in memory."""
    path = make_url(url).database
    return Path(path).absolute() if path else None


def for_migrations(url: str) -> Engine:
    """Return an engine for migrations: it checks foreign keys once, before the commit.

    A migration rebuilds tables. With ``PRAGMA foreign_keys = ON``, dropping the old copy of a table would delete the
    rows that reference it. The pragma has no effect inside a transaction, so each connection starts with it off.
    """
    from . import rebuilt_tables as rebuilt_tables  # replaces Alembic's operations, which only migrations need

    engine = create_engine(url, hide_parameters=True, poolclass=NullPool)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA foreign_keys = OFF"))
    event.listen(engine, "begin", _begin)
    event.listen(engine, "commit", _check_foreign_keys)
    return engine


def _check_foreign_keys(connection: Connection) -> None:
    from alembic.util import CommandError  # only migrations need it

    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise CommandError(f"Rows reference rows that no longer exist, in: {tables}. Nothing was changed")
