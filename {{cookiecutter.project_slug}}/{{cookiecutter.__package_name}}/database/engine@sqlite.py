"""SQLite: one file on this machine, many readers beside one writer."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

BUSY_TIMEOUT = 5000  # milliseconds that a writer waits for another one


def create(url: str) -> Engine:
    """Open the file, which is made when it is missing, in write-ahead mode."""
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver must not begin transactions by itself: it begins deferred ones, and a read that turns into a
        # write inside one fails at once with "database is locked".
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def revocation_epoch(url: str) -> Callable[[], int]:
    """Return a function that reads the epoch that every revocation moves, whichever process revoked.

    It takes some 4 microseconds on a connection of its own, so that a remembered credential can be held against
    it on each request.
    """
    path = make_url(url).database or ""
    local = threading.local()

    def read() -> int:
        try:
            return int(local.connection.execute("SELECT epoch FROM revocations").fetchone()[0])
        except AttributeError:
            local.connection = sqlite3.connect(
                f"{Path(path).absolute().as_uri()}?mode=ro", uri=True, isolation_level=None
            )
            return read()

    return read
