"""Responses while the database is unavailable: 503 with ``Retry-After``.

It can take seconds to notice that a database does not answer. If every request waited that long, no thread would be
left for requests that need no database. So one thread at a time tries; until it succeeds, the others raise 503.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import ServiceUnavailable

log = logging.getLogger(__name__)


class Outage:
    """Whether the database answered when it was last used."""

    def __init__(self) -> None:
        self._ongoing = False
        self._trying = RLock()  # a thread that tries may open a second connection

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Run a block that uses the database; raises 503 if the database is unavailable or is locked."""
        tries = self._ongoing
        if tries and not self._trying.acquire(blocking=False):
            raise _unavailable()
        try:
            yield
            self._ongoing = False
        except PoolTimeout as error:
            log.warning("no connection of the pool became free: %s", error)
            raise _unavailable() from error
        except DBAPIError as error:
            failed = isinstance(error, OperationalError | InterfaceError)
            if error.connection_invalidated or (failed and error.statement is None):  # no statement: could not connect
                self._ongoing = True
                log.warning("the database is unavailable: %s", error.orig)
            elif failed:
                log.warning("a statement failed: %s", error.orig)
            else:
                raise
            raise _unavailable() from error
        finally:
            if tries:
                self._trying.release()


def _unavailable() -> ServiceUnavailable:
    return ServiceUnavailable("The database is unavailable.", retry_after=1)
