"""PostgreSQL, by psycopg 3."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

CONNECT_TIMEOUT = 3  # seconds
STATEMENT_TIMEOUT = 5000  # milliseconds


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
    return create_engine(address, isolation_level="AUTOCOMMIT", **options), create_engine(address, **options)


def file_of(_url: str) -> Path | None:
    """Return no file: the database is a server's."""
    return None
