"""What happens while the database does not answer: 503 with Retry-After, for most requests at once.

A database that is away may take seconds to show it. Were all requests to wait for that, no thread would be left for
those that need no database. So one thread at a time tries it, and the first that succeeds lets all others back.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import ServiceUnavailable

log = logging.getLogger(__name__)


class Outage:
    """Whether the database answers, as those see it who use it."""

    def __init__(self) -> None:
        self._away = False
        self._trying = RLock()  # a thread that tries may use a second connection

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Use the database in the block. Raises 503 while it does not answer, or is locked."""
        tries = self._away
        if tries and not self._trying.acquire(blocking=False):
            raise _unavailable()
        try:
            yield
        except NoConnection as error:
            raise _unavailable() from error
        except DBAPIError as error:
            refused = isinstance(error, OperationalError | InterfaceError)
            # Without a statement it was no statement that failed, but reaching the database.
            if error.connection_invalidated or (refused and error.statement is None):
                self._away = True
                log.warning("the database does not answer: %s", error.orig)
            elif not refused:
                raise
            raise _unavailable() from error
        else:
            self._away = False
        finally:
            if tries:
                self._trying.release()


def _unavailable() -> ServiceUnavailable:
    return ServiceUnavailable("The database does not answer.", retry_after=1)
