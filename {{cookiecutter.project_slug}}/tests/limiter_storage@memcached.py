"""The limiter storage of the tests: a real Memcached."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from real_server import HOST, program, running, unprivileged


@contextmanager
def serving() -> Iterator[str]:
    """Yield the address of an empty Memcached."""
    server = [program("memcached"), "-l", HOST, "-U", "0"]
    with running(lambda port: [*server, "-p", str(port)], user=unprivileged()) as port:
        yield f"memcached://{HOST}:{port}"


@pytest.fixture(scope="session")
def limiter_uri() -> Iterator[str]:
    """Yield where the limiter counts: at TEST_LIMITER_URI, else in a server that lives as long as the tests."""
    given = os.environ.get("TEST_LIMITER_URI")
    with nullcontext(given) if given else serving() as uri:
        yield uri
