"""The database of the tests: a SQLite file of their own."""

from pathlib import Path

import pytest

# A process sees what another committed before it answers the next request.
COMMITS_ARE_SEEN_AT_ONCE = True
# Asks how long a transaction waits for another.
MILLISECONDS_TO_WAIT = "PRAGMA busy_timeout"


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a database that does not exist yet."""
    file: Path = tmp_path_factory.mktemp("database") / "service.db"
    return f"sqlite:///{file}"


@pytest.fixture
def empty_database(tmp_path: Path) -> str:
    """Return the URL of a database file that does not exist yet."""
    return f"sqlite:///{tmp_path}/empty.db"
