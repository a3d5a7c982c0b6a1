"""A backup that is made and restored with the commands in docs/backup.md contains everything."""

import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from tests.core.database.backups import add, check, commands, run
from tests.core.registry import registered


def test_a_restored_backup_contains_everything_that_existed_then(
    tmp_path: Path, make_app: Callable[..., Flask], caller: Callable[..., FlaskClient]
) -> None:
    file = tmp_path / re.findall(r"DATABASE=(\S+)", commands("Back up"))[0]
    file.parent.mkdir()
    app = make_app(database_url=f"sqlite:///{file}")
    me = caller(app=app)
    add(me, "before")
    run(commands("Back up"), tmp_path)
    assert (tmp_path / "backup.db").stat().st_mode & 0o077 == 0
    add(me, "after")
    registered(app, "Database").close()

    assert run(commands("Restore"), tmp_path) == "ok\n"
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    check(make_app(database_url=f"sqlite:///{file}"), me, ["before"])
