"""Responses while the database does not answer: 503 with ``Retry-After``.

It may take seconds to find out that a database does not answer. If all requests waited for that, no thread would be
left for requests that need no database. So only one thread at a time tries; the others raise 503 at once until a try
succeeds.
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
    """Whether the database answered when it was last used."""

    def __init__(self) -> None:
        self._away = False
        self._trying = RLock()  # a thread that tries may open a second connection

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Run a block that uses the database; raises 503 if the database does not answer or is locked."""
        tries = self._away
        if tries and not self._trying.acquire(blocking=False):
            raise _unavailable()
        try:
            yield
        except NoConnection as error:
            raise _unavailable() from error
        except DBAPIError as error:
            refused = isinstance(error, OperationalError | InterfaceError)
            # Without a statement, connecting failed.
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
