"""Engines for PostgreSQL, with psycopg 3."""

from pathlib import Path
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import make_url

from . import enum_types as enum_types  # the import replaces Alembic's operations

CONNECT_TIMEOUT = 3  # seconds
STATEMENT_TIMEOUT = 5000  # milliseconds
BEST_EFFORT_TIMEOUT = 100  # milliseconds that a best-effort write waits for a lock
RESPONSE_TIMEOUT = 6.0  # seconds


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that limits how long it waits for the server."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer; close the connection if none arrives in time."""
        try:
            return super().wait(gen, interval, timeout or RESPONSE_TIMEOUT)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise


def create(url: str, threads: int) -> tuple[Engine, Engine]:
    """Return an engine for reads and one for writes, each with a connection for each thread.

    Reads are committed by the server (autocommit), which saves two of three round trips. The server cancels a statement
    after ``STATEMENT_TIMEOUT``; if the server does not answer at all, the client gives up after ``RESPONSE_TIMEOUT``.
    """
    address = make_url(url).set(drivername="postgresql+psycopg")
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": threads,
        "pool_recycle": 1800,
        "pool_timeout": 5,
        "connect_args": {
            "connect_timeout": CONNECT_TIMEOUT,
            "options": f"-c timezone=UTC -c statement_timeout={STATEMENT_TIMEOUT} -c lock_timeout={STATEMENT_TIMEOUT}",
        },
    }
    reader = create_engine(address, isolation_level="AUTOCOMMIT", **options)
    writer = create_engine(address, **options)
    event.listen(writer, "begin", _begin)
    for engine in (reader, writer):
        event.listen(engine, "do_connect", _connect)
    return reader, writer


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("best_effort"):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BEST_EFFORT_TIMEOUT}")


def _connect(_dialect: Any, _record: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> BoundedConnection:
    return BoundedConnection.connect(*arguments, **options)


def file_of(_url: str) -> Path | None:
    """Return None: the database is on a server."""
    return None


def for_migrations(url: str) -> Engine:
    """Return an engine for migrations: no limit for statements, 5 s for locks, one process at a time."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={"connect_timeout": CONNECT_TIMEOUT, "options": "-c timezone=UTC"},
    )
    event.listen(engine, "begin", _begin_migration)
    return engine


def _begin_migration(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('alembic_version'))")
    # While a migration waits for a lock on a table, every later query on the table waits too.
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {STATEMENT_TIMEOUT}")
