"""PostgreSQL, by psycopg 3."""

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
HASTY_TIMEOUT = 100  # milliseconds that what is written in passing waits for a lock
PATIENCE = 6.0  # seconds


class PatientConnection(psycopg.Connection[Any]):
    """A connection that waits for the server, but not for ever."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer; a connection on which none came is closed."""
        try:
            return super().wait(gen, interval, timeout or PATIENCE)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise


def create(url: str, threads: int) -> tuple[Engine, Engine]:
    """Open two pools, one to read and one to write, with a connection for each thread.

    What reads commits by itself, which saves two of three round trips. A request never hangs: the server ends a
    statement that takes too long, and a server that stands still is waited for only a little longer.
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
    if connection.get_execution_options().get("hasty"):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {HASTY_TIMEOUT}")


def _connect(_dialect: Any, _record: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> PatientConnection:
    return PatientConnection.connect(*arguments, **options)


def file_of(_url: str) -> Path | None:
    """Return no file: the database is a server's."""
    return None


def for_migrations(url: str) -> Engine:
    """Open the database for migrations: statements may take long, locks are not waited for, one process at a time."""
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
    # A migration that waits for a lock blocks every later query on the table.
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {STATEMENT_TIMEOUT}")
