"""PostgreSQL, by psycopg 3."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

CONNECT_TIMEOUT = 3  # seconds
STATEMENT_TIMEOUT = 5000  # milliseconds
HASTY_TIMEOUT = 100  # milliseconds that what is written in passing waits for a lock


def create(url: str) -> tuple[Engine, Engine]:
    """Open two pools, one to read and one to write.

    What reads commits by itself, which saves two of three round trips. A statement that takes too long is ended, so
    that a request never hangs.
    """
    address = make_url(url).set(drivername="postgresql+psycopg")
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": 8,
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
    return reader, writer


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("hasty"):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {HASTY_TIMEOUT}")


def file_of(_url: str) -> Path | None:
    """Return no file: the database is a server's."""
    return None
