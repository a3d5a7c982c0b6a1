"""Reading the revocation counter: from the database file, for each request."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import make_url
from werkzeug.exceptions import ServiceUnavailable


class Connection(sqlite3.Connection):
    """A connection that closes itself when its thread ends or the application is deleted."""

    def __del__(self) -> None:
        """Close the connection; Python 3.13 reports one that is deleted without it."""
        with suppress(sqlite3.ProgrammingError):  # the file could not be opened
            self.close()


def reader(url: str) -> Callable[[], int]:
    """Return a function that reads the counter and raises 503 if the file cannot be read.

    Each thread has a connection of its own, on which a read takes about 4 microseconds.
    """
    file_url = f"{Path(make_url(url).database or '').absolute().as_uri()}?mode=ro"
    local = threading.local()

    def read() -> int:
        try:
            if not hasattr(local, "connection"):
                local.connection = sqlite3.connect(
                    file_url, uri=True, isolation_level=None, check_same_thread=False, factory=Connection
                )
            return int(local.connection.execute("SELECT counter FROM revocations").fetchone()[0])
        except sqlite3.Error as error:
            raise ServiceUnavailable("The database is unavailable.", retry_after=1) from error

    return read
