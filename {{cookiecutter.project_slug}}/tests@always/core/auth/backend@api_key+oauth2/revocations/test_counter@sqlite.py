"""The epoch of revocations, read from the file on each request."""

import sqlite3
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest
from werkzeug.exceptions import ServiceUnavailable


def test_it_is_read_as_another_process_wrote_it(service: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE revocations (epoch)")
        other.execute("INSERT INTO revocations VALUES (7)")
        read = service.core.auth.backend.revocations.reader(f"sqlite:///{file}")
        assert read() == 7
        for epoch in range(8, 30):
            other.execute("UPDATE revocations SET epoch = epoch + 1")
            assert read() == read() == epoch


def test_a_file_that_cannot_be_read_is_503(service: ModuleType, tmp_path: Path) -> None:
    """It is away, or its tables are not made yet."""
    file = tmp_path / "x.db"
    read = service.core.auth.backend.revocations.reader(f"sqlite:///{file}")
    with pytest.raises(ServiceUnavailable):
        read()
    sqlite3.connect(file).close()
    file.touch()
    with pytest.raises(ServiceUnavailable):
        read()
