"""The damaged database shows which keys were revoked since the backup, with the command in docs/backup.md."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from tests.core.database.backups import commands, run


def test_the_documented_command_lists_the_revoked_keys(tmp_path: Path, make_app: Callable[..., Flask]) -> None:
    command = re.split("^grep", commands("Restore", -1), flags=re.MULTILINE)[0]
    (database,) = re.findall(r"[\w/]*damaged/\w+\.db", command)
    file = tmp_path / database.removeprefix("/app/")
    file.parent.mkdir(parents=True)
    runner = make_app(database_url=f"sqlite:///{file}").test_cli_runner()
    created = ["keys", "create", "--name", "a", "--owner", "a", "--scopes", "probes:read", "--json"]
    revoked, valid = (json.loads(runner.invoke(args=created).stdout)["id"] for _ in range(2))
    assert runner.invoke(args=["keys", "revoke", revoked]).exit_code == 0
    listed = run(command, tmp_path)
    assert revoked in listed
    assert valid not in listed
