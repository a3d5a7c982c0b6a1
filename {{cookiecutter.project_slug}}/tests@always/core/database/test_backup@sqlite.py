"""A backup that is made and restored with the commands in docs/backup.md contains everything."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from tests.core.database.backups import add, check, commands, run
from tests.core.package import package
from tests.core.registry import registered


def test_a_restored_backup_contains_everything_that_existed_then(
    tmp_path: Path, make_app: Callable[..., Flask], caller: Callable[..., FlaskClient]
) -> None:
    file = tmp_path / "var" / f"{package.__name__}.db"
    file.parent.mkdir()
    app = make_app(database_url=f"sqlite:///{file}")
    me = caller(app=app)
    for name in ("an earlier backup", "before"):
        for backup in tmp_path.glob("backup-*"):
            backup.unlink()
        add(me, name)
        run(commands("Back up"), tmp_path)
    (backup,) = tmp_path.rglob("backup*")
    assert backup.stat().st_mode & 0o077 == 0
    add(me, "after")
    registered(app, "Database").close()

    assert run(commands("Restore"), tmp_path) == "ok\n"
    assert {path.name for path in file.parent.iterdir()} <= {file.name, "damaged"}
    assert file.stat().st_mode & 0o077 == 0
    check(make_app(database_url=f"sqlite:///{file}"), me, ["an earlier backup", "before"])
