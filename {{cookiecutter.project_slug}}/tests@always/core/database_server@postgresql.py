"""The database of the tests: a real PostgreSQL server with temporary data."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.core.real_server import HOST, own_folder, program, running, unprivileged

# Processes notice the revocations of others only after some seconds.
COMMITS_ARE_SEEN_AT_ONCE = False
# Returns how long a transaction waits for a lock.
LOCK_TIMEOUT = "SELECT setting FROM pg_settings WHERE name = 'lock_timeout'"
# Debian installs each version into its own folder, outside PATH.
FOLDERS = tuple(Path("/usr/lib/postgresql").glob("*/bin"))
# Durability only costs time here: the data is deleted after the tests.
FAST = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


@contextmanager
def serving() -> Iterator[str]:
    """Yield the URL of an empty database."""
    initdb, server = program("initdb", *FOLDERS), program("postgres", *FOLDERS)
    user, password = unprivileged(), secrets.token_urlsafe(16)

    def url(port: int) -> str:
        return f"postgresql://service:{password}@{HOST}:{port}/postgres"

    def ready(port: int) -> bool:
        try:
            psycopg.connect(url(port), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    with own_folder(user) as folder:
        _create(initdb, folder, password, user)
        command = [server, "-D", str(folder / "data"), "-k", str(folder), "-h", HOST, *FAST]
        with running(lambda port: [*command, "-p", str(port)], ready=ready, user=user) as port:
            yield url(port)


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """Yield TEST_DATABASE_URL, or the URL of a server that runs during the tests."""
    given = os.environ.get("TEST_DATABASE_URL")
    with nullcontext(given) if given else serving() as url:
        yield url


def _create(initdb: str, folder: Path, password: str, user: str | None) -> None:
    file = folder / "password"
    file.write_text(password)
    if user:
        shutil.chown(file, user)
    subprocess.run(
        [
            *(initdb, "-D", str(folder / "data"), "--username=service", f"--pwfile={file}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        ],
        user=user,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    file.unlink()


@pytest.fixture
def empty_database(database_url: str) -> Iterator[str]:
    """Yield the URL of a new database on the same server, and drop it afterwards."""
    name = f"empty_{secrets.token_hex(8)}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlsplit(database_url)._replace(path=f"/{name}").geturl()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
