"""The limiter storage of the tests: a real Redis."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

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
    """Yield where the limiter counts: at TEST_LIMITER_URI, else in a server that lives as long as the tests."""
    given = os.environ.get("TEST_LIMITER_URI")
    with nullcontext(given) if given else serving() as uri:
        yield uri
