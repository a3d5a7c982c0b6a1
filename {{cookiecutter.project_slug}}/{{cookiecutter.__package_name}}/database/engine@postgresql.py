"""PostgreSQL, by psycopg 3."""

from collections.abc import Callable

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

CONNECT_TIMEOUT = 3  # seconds
STATEMENT_TIMEOUT = 5000  # milliseconds


def create(url: str) -> Engine:
    """Open a pool; a statement that takes too long is ended, so that a request never hangs."""
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=10,
        pool_recycle=1800,
        pool_timeout=5,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT,
            "options": f"-c timezone=UTC -c statement_timeout={STATEMENT_TIMEOUT} -c lock_timeout={STATEMENT_TIMEOUT}",
        },
    )


def revocation_epoch(url: str) -> Callable[[], int]:
    """Return a function that stands still: reading the epoch would cost a round trip on each request.

    A revocation by another process is seen when a remembered credential is forgotten, after a few seconds.
    """
    return lambda: 0
