"""A backup that is made and restored with the commands in docs/backup.md contains everything."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.database.backups import add, check, commands, run
from tests.core.database_server import FOLDERS
from tests.core.real_server import program

RESTORED = "restored"


@pytest.fixture
def without_restored_database(database_url: str) -> Iterator[None]:
    """Drop the restored database after the test."""
    yield
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")


@pytest.mark.usefixtures("without_restored_database")
def test_a_restored_backup_contains_everything_that_existed_then(
    empty_database: str, tmp_path: Path, make_app: Callable[..., Flask], caller: Callable[..., FlaskClient]
) -> None:
    url = urlsplit(empty_database)
    programs = {str(Path(program(name, *FOLDERS)).parent) for name in ("pg_dump", "pg_restore", "psql")}
    environ = {"PGPASSWORD": url.password or "", "PATH": os.pathsep.join([*programs, os.environ["PATH"]])}
    address = f"postgresql://{url.username}@{url.hostname}:{url.port}{url.path}"
    app = make_app(database_url=empty_database)
    me = caller(app=app)
    add(me, "before")
    run(commands("Back up").replace("postgresql://USER@HOST/DATABASE", address), tmp_path, environ)
    assert (tmp_path / "backup.dump").stat().st_mode & 0o077 == 0
    add(me, "after")

    run(commands("Restore").replace("postgresql://USER@HOST/DATABASE", address), tmp_path, environ)
    check(make_app(database_url=url._replace(path=f"/{RESTORED}").geturl()), me, ["before"])
