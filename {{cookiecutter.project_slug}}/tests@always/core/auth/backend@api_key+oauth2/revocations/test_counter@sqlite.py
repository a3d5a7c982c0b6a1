"""The revocation counter is read from the database file for each request."""

import sqlite3
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest
from werkzeug.exceptions import ServiceUnavailable


def test_a_change_by_another_process_is_read_at_once(service: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE revocations (counter)")
        other.execute("INSERT INTO revocations VALUES (7)")
        read = service.core.auth.backend.revocations.reader(f"sqlite:///{file}")
        assert read() == 7
        for counter in range(8, 30):
            other.execute("UPDATE revocations SET counter = counter + 1")
            assert read() == read() == counter


def test_an_unreadable_file_is_503(service: ModuleType, tmp_path: Path) -> None:
    """The file is missing, or its tables do not exist yet."""
    file = tmp_path / "x.db"
    read = service.core.auth.backend.revocations.reader(f"sqlite:///{file}")
    with pytest.raises(ServiceUnavailable):
        read()
    sqlite3.connect(file).close()
    file.touch()
    with pytest.raises(ServiceUnavailable):
        read()
