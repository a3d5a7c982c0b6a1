"""The limiter storage of the tests: a real Redis."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from tests.core.real_server import HOST, program, running
from tests.core.stoppable_server import Stoppable

FULL = ("--maxmemory", "1", "--maxmemory-policy", "noeviction")  # the options of one that has no room


def command(port: int) -> list[str]:
    """Return what starts an empty Redis that keeps nothing."""
    return [program("redis-server"), "--bind", HOST, "--save", "", "--appendonly", "no", "--port", str(port)]


@contextmanager
def serving() -> Iterator[str]:
    """Yield the address of an empty Redis."""
    with running(command) as port:
        yield f"redis://{HOST}:{port}/0"


def stoppable() -> Stoppable:
    """Return a Redis that a test may stop."""
    return Stoppable("redis", command)


@pytest.fixture(scope="session")
def limiter_uri() -> Iterator[str]:
    """Yield where the limiter counts: at TEST_LIMITER_URI, else in a server that lives as long as the tests."""
    given = os.environ.get("TEST_LIMITER_URI")
    with nullcontext(given) if given else serving() as uri:
        yield uri
