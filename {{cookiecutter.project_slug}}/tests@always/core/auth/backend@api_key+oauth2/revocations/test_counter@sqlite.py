"""The revocation counter is shared by all processes that use the database file."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from werkzeug.exceptions import ServiceUnavailable

from tests.core.package import ROOT, core

NAME = "x.db"
# Publishes a revocation of the database in the first argument.
PUBLISH = f"""
import sys
from {core.__name__}.auth.backend.revocations import SharedCounter
SharedCounter("sqlite:///" + sys.argv[1]).publish()
"""


@contextmanager
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    """Create a database with a counter of 7, and yield a connection of another process."""
    with closing(sqlite3.connect(folder / NAME, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE revocations (counter)")
        other.execute("INSERT INTO revocations VALUES (7)")
        yield other


def shared_counter(service: ModuleType, folder: Path) -> Any:
    return service.core.auth.backend.revocations.SharedCounter(f"sqlite:///{folder / NAME}")


@pytest.mark.control("Z6")
@pytest.mark.skipif(os.name == "nt", reason="on Windows each request reads the database")
def test_a_revocation_of_another_process_is_seen_at_once(service: ModuleType, tmp_path: Path) -> None:
    """The other process shares nothing but the folder, which has another path there, as in a second container."""
    volume, mounted = tmp_path / "volume", tmp_path / "mounted"
    volume.mkdir()
    mounted.symlink_to(volume)
    with database(volume):
        counter = shared_counter(service, volume)
        seen = [counter.read()]
        for _ in range(3):
            subprocess.run([sys.executable, "-c", PUBLISH, str(mounted / NAME)], check=True, cwd=ROOT, timeout=60)
            seen.append(counter.read())
        assert counter.read() == seen[-1]
    assert len(set(seen)) == 4
    assert (volume / f"{NAME}-revocations").stat().st_mode & 0o777 == 0o600


@pytest.mark.control("Z6")
@pytest.mark.skipif(os.name == "nt", reason="on Windows each request reads the database")
def test_parallel_revocations_each_change_the_counter(service: ModuleType, tmp_path: Path) -> None:
    with database(tmp_path), ThreadPoolExecutor(8) as threads:
        counter, others = shared_counter(service, tmp_path), [shared_counter(service, tmp_path) for _ in range(8)]
        before = counter.read()
        for publishing in [threads.submit(other.publish) for other in others for _ in range(50)]:
            publishing.result()
        assert counter.read() == before + 400


@pytest.mark.control("Z6")
@pytest.mark.parametrize("obstacle", ["a folder", "no rights"])
def test_a_file_that_cannot_be_mapped_is_replaced_by_the_database(
    service: ModuleType,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    obstacle: str,
) -> None:
    if obstacle == "a folder":
        (tmp_path / f"{NAME}-revocations").mkdir()
    else:
        monkeypatch.setattr(os, "open", rejecting)
    with database(tmp_path) as other:
        counter = shared_counter(service, tmp_path)
        assert counter.read() == 7
        for expected in range(8, 30):
            other.execute("UPDATE revocations SET counter = counter + 1")
            counter.publish()
            assert counter.read() == counter.read() == expected
    if os.name != "nt":
        assert "so each request reads it from the database" in caplog.text
        assert "other processes notice a revocation only after 4 s" in caplog.text


def rejecting(*_arguments: object) -> int:
    raise PermissionError(13, "Permission denied")


def test_an_unreadable_database_is_503(service: ModuleType, tmp_path: Path) -> None:
    """The file is missing, or its tables do not exist yet."""
    counter = shared_counter(service, tmp_path)
    with pytest.raises(ServiceUnavailable):
        counter.read()
    sqlite3.connect(tmp_path / NAME).close()
    (tmp_path / NAME).touch()
    with pytest.raises(ServiceUnavailable):
        counter.read()
