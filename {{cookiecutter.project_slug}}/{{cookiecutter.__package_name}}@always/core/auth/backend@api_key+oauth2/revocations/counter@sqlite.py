"""The revocation counter on SQLite: in a file next to the database, which every process maps into its memory.

So a request reads it without a system call. The file ``<database>-revocations`` is shared like the ``-shm`` file of
SQLite, which is mapped in the same way: also by a container that shares only the folder. It is never renamed or
deleted: a process that maps the old file would accept a revoked credential until its cache entry expires.
"""

import logging
import mmap
import os
import sqlite3
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from sqlalchemy.engine import make_url
from werkzeug.exceptions import ServiceUnavailable

from ...caller_cache import TTL

COUNTER = struct.Struct("Q")
log = logging.getLogger(__name__)


class Connection(sqlite3.Connection):
    """A connection that closes itself when its thread ends or the application is deleted."""

    def __del__(self) -> None:
        """Close the connection; Python 3.13 reports one that is deleted without it."""
        with suppress(sqlite3.ProgrammingError):  # the file could not be opened
            self.close()


class SharedCounter:
    """The counter of one database. The database counts too, for a process that cannot map the file."""

    def __init__(self, url: str) -> None:
        database = Path(make_url(url).database or "").absolute()
        self._file = database.with_name(f"{database.name}-revocations")
        self._read_database = _reader(database)
        self._read = self._read_database if sys.platform == "win32" else self._start

    def read(self) -> int:
        """Return a number that changes with every revocation. Raises 503 if an unavailable database must be read."""
        return self._read()

    def publish(self) -> None:
        """Show a revocation, which has been committed, to the other processes."""
        if sys.platform == "win32":
            return
        import fcntl  # not available on Windows

        try:
            with _opened(self._file) as descriptor:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                (counter,) = COUNTER.unpack(os.pread(descriptor, COUNTER.size, 0))
                os.pwrite(descriptor, COUNTER.pack((counter + 1) % 2**64), 0)
        except OSError as error:
            log.warning(
                "cannot write the revocation counter, so other processes notice a revocation only after %d s: %s",
                TTL,
                error,
            )

    def _start(self) -> int:
        self._read_database()
        try:
            with _opened(self._file) as descriptor:
                counter = memoryview(mmap.mmap(descriptor, COUNTER.size, access=mmap.ACCESS_READ)).cast("Q")
            self._read = partial(counter.__getitem__, 0)
        except OSError as error:
            log.warning("cannot map the revocation counter, so each request reads it from the database: %s", error)
            self._read = self._read_database
        return self._read()


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.fstat(descriptor).st_size < COUNTER.size:
            os.ftruncate(descriptor, COUNTER.size)
        yield descriptor
    finally:
        os.close(descriptor)


def _reader(database: Path) -> Callable[[], int]:
    """Return a function that reads the counter of the database and raises 503 if that fails.

    Each thread has a connection of its own, on which a read takes about 4 microseconds.
    """
    file_url = f"{database.as_uri()}?mode=ro"
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
