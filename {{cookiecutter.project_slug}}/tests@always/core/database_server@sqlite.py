"""The database of the tests: a temporary SQLite file."""

from pathlib import Path

import pytest

# A process notices the revocations of others before its next response.
COMMITS_ARE_SEEN_AT_ONCE = True
# Returns how long a transaction waits for a lock, in milliseconds.
LOCK_TIMEOUT = "PRAGMA busy_timeout"


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a database file that does not exist yet."""
    file: Path = tmp_path_factory.mktemp("database") / "service.db"
    return f"sqlite:///{file}"


@pytest.fixture
def empty_database(tmp_path: Path) -> str:
    """Return the URL of a database file that does not exist yet."""
    return f"sqlite:///{tmp_path}/empty.db"
