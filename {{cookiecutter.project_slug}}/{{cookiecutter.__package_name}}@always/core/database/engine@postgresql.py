"""Engines for PostgreSQL, with psycopg 3."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL, make_url

from ..diagnostics import Finding

CONNECT_TIMEOUT = 3  # seconds
STATEMENT_TIMEOUT = 5000  # milliseconds
BEST_EFFORT_TIMEOUT = 100  # milliseconds that a best-effort write waits for a lock
RESPONSE_TIMEOUT = 6.0  # seconds
POOLER_HINT = "set APP_DATABASE_POOLER to true"
# What to do about an error of a connection, by a part of its message.
HINTS = {
    "unsupported startup parameter": POOLER_HINT,
    "statement pooling mode": "set the mode of the pooler to transaction",
}


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


def create(url: str, threads: int, *, pooler: bool = False) -> tuple[Engine, Engine]:
    """Return an engine for reads and one for writes, each with a connection for each thread.

    Reads are committed by the server (autocommit), which saves two of three round trips. The server cancels a statement
    after ``STATEMENT_TIMEOUT``; if the server does not answer at all, the client gives up after ``RESPONSE_TIMEOUT``.

    With a ``pooler`` in transaction mode, each transaction may have another session of the server. Nothing that belongs
    to a session is used then: no prepared statements, and limits only for transactions.
    """
    limits = {"timezone": "UTC", "statement_timeout": STATEMENT_TIMEOUT, "lock_timeout": STATEMENT_TIMEOUT}
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": threads,
        "pool_recycle": 1800,
        "pool_timeout": 5,
    }
    connected_url = session_url(url, {} if pooler else limits)
    if pooler:
        options |= {"connect_args": {"prepare_threshold": None}, "execution_options": {"pooler": True}}
    reader = create_engine(connected_url, isolation_level="AUTOCOMMIT", **options)
    writer = create_engine(connected_url, **options)
    event.listen(writer, "begin", partial(_begin, limits if pooler else {}))
    for engine in (reader, writer):
        event.listen(engine, "do_connect", _connect)
    return reader, writer


def session_url(url: str, session: Mapping[str, object]) -> URL:
    """Return the URL with these parameters of the session; those that it has itself take precedence."""
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    own = parsed.query.get("options", ())
    options = [*(f"-c {name}={value}" for name, value in session.items()), *([own] if isinstance(own, str) else own)]
    if options:
        parsed = parsed.update_query_dict({"options": " ".join(options)})
    # Without an encoding, a database with the encoding SQL_ASCII returns bytes.
    defaults = {"connect_timeout": str(CONNECT_TIMEOUT), "client_encoding": "utf8"}
    return parsed.update_query_dict({**defaults, **parsed.query})


def _begin(limits: Mapping[str, object], connection: Connection) -> None:
    if connection.get_execution_options().get("best_effort"):
        limits = {**limits, "lock_timeout": BEST_EFFORT_TIMEOUT}
    if limits:
        calls = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in limits.items())
        connection.exec_driver_sql(f"SELECT {calls}")


def _connect(_dialect: Any, _record: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> BoundedConnection:
    return BoundedConnection.connect(*arguments, **options)


def file_of(_url: str) -> Path | None:
    """Return None: the database is on a server."""
    return None


def for_migrations(url: str) -> Engine:
    """Return an engine for migrations: no limit for statements, 5 s for locks, one process at a time."""
    from . import enum_types as enum_types  # replaces Alembic's operations, which only migrations need

    # Like with a pooler, which may be in front of the database.
    engine = create_engine(
        session_url(url, {}), hide_parameters=True, poolclass=NullPool, connect_args={"prepare_threshold": None}
    )
    event.listen(engine, "begin", _begin_migration)
    return engine


def _begin_migration(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('alembic_version'))")
    # While a migration waits for a lock on a table, every later query on the table waits too.
    _begin({"timezone": "UTC", "lock_timeout": STATEMENT_TIMEOUT}, connection)


def findings(connection: Connection) -> Iterator[Finding]:
    """Report time limits that the connection should have and does not have, because a pooler ignores them."""
    limited = connection.exec_driver_sql("SHOW statement_timeout").scalar() != "0"
    if not limited and "pooler" not in connection.engine.get_execution_options():
        yield Finding("a connection pooler ignores the time limits of the service's connections", POOLER_HINT)
