"""The limiter storage of the tests: a real Memcached."""

from collections.abc import Iterator
from contextlib import contextmanager

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
    """Yield where the limiter counts; the server lives as long as the tests."""
    with serving() as uri:
        yield uri
