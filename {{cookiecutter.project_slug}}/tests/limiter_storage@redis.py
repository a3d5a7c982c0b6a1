"""The limiter storage of the tests: a real Redis."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from real_server import HOST, own_folder, program, running


@contextmanager
def serving() -> Iterator[str]:
    """Yield the address of an empty Redis."""
    server = [program("redis-server"), "--bind", HOST, "--save", ""]
    with (
        own_folder() as folder,
        running(lambda port: [*server, "--dir", str(folder), "--port", str(port)]) as port,
    ):
        yield f"redis://{HOST}:{port}/0"


@pytest.fixture(scope="session")
def limiter_uri() -> Iterator[str]:
    """Yield where the limiter counts; the server lives as long as the tests."""
    with serving() as uri:
        yield uri
