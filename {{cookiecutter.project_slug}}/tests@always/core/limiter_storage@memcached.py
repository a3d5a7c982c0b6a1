"""The limiter storage of the tests: a real Memcached."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from tests.core.real_server import HOST, program, running, unprivileged
from tests.core.stoppable_server import StoppableServer


def command(port: int) -> list[str]:
    """Return the command that starts an empty server."""
    return [program("memcached"), "-l", HOST, "-U", "0", "-p", str(port)]


@contextmanager
def serving() -> Iterator[str]:
    """Yield the URI of an empty server."""
    with running(command, user=unprivileged()) as port:
        yield f"memcached://{HOST}:{port}"


def stoppable() -> StoppableServer:
    """Return a server that a test can stop."""
    return StoppableServer("memcached", command, unprivileged())


@pytest.fixture(scope="session")
def limiter_uri() -> Iterator[str]:
    """Yield TEST_LIMITER_URI, or the URI of a server that runs during the tests."""
    given = os.environ.get("TEST_LIMITER_URI")
    with nullcontext(given) if given else serving() as uri:
        yield uri
