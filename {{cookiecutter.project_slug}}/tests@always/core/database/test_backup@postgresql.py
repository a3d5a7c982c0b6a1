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
from tests.core.package import package
from tests.core.real_server import program
from tests.core.registry import registered

RESTORED, DAMAGED = "restored", "damaged"


@pytest.fixture
def without_created_databases(database_url: str) -> Iterator[None]:
    """Drop the databases that a restore creates after the test."""
    yield
    with psycopg.connect(database_url, autocommit=True) as connection:
        for name in (RESTORED, DAMAGED):
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.mark.usefixtures("without_created_databases")
def test_a_restored_backup_contains_everything_that_existed_then(
    empty_database: str, tmp_path: Path, make_app: Callable[..., Flask], caller: Callable[..., FlaskClient]
) -> None:
    url = urlsplit(empty_database)
    programs = {str(Path(program(name, *FOLDERS)).parent) for name in ("createdb", "pg_dump", "pg_restore", "psql")}
    server = {"PGHOST": url.hostname or "", "PGPORT": str(url.port), "PGDATABASE": url.path[1:]}
    environ = {**server, "PGPASSWORD": url.password or "", "PATH": os.pathsep.join([*programs, os.environ["PATH"]])}
    address = f"postgresql://{url.username}@{url.hostname}:{url.port}{url.path}"
    name = package.__name__
    replaced = {
        "postgresql://USER@HOST/DATABASE": address,
        f"={name} ": f"={url.username} ",
        f" DATABASE {name} ": f" DATABASE {url.path[1:]} ",
        f" TO {name}": f" TO {url.path[1:]}",
    }

    def run_documented(heading: str) -> None:
        script = commands(heading)
        for old, new in replaced.items():
            script = script.replace(old, new)
        run(script, tmp_path, environ)

    app = make_app(database_url=empty_database)
    me = caller(app=app)
    add(me, "before")
    run_documented("Back up")
    (backup,) = tmp_path.glob("backup-*")
    assert backup.stat().st_mode & 0o077 == 0
    add(me, "after")

    registered(app, "Database").close()  # as when the service is stopped
    run_documented("Restore")
    renamed = "RENAME" in commands("Restore")
    check(
        make_app(database_url=empty_database if renamed else url._replace(path=f"/{RESTORED}").geturl()), me, ["before"]
    )
