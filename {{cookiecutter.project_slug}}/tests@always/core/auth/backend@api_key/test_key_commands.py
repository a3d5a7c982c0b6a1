"""Operators make, list, rotate and end keys by command."""

import json
import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

Later = Callable[[float], AbstractContextManager[None]]
BYTE = os.fsdecode(b"\xff")  # what a command line may hold that is no text


def status(app: Flask, key: str) -> int:
    """Return what the key gets."""
    return app.test_client().get("/api/v1/me", headers={"X-API-Key": key}).status_code


def test_the_commands_create_list_show_rotate_and_revoke(app: Flask) -> None:
    runner = app.test_cli_runner()

    def run(*args: str) -> str:
        done = runner.invoke(args=["keys", *args], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    made = json.loads(run("create", "--name", "ci", "--owner", "build", "--scopes", "probes:read", "--json"))
    assert made["id"] in run("list", "--owner", "build")
    assert made["key"] not in run("list")
    shown = dict(re.split("  +", line) for line in run("show", made["id"]).splitlines())
    told = {"owner": "build", "scopes": "probes:read", "revoked at": "-", "state": "valid"}
    assert told.items() <= shown.items()
    new = json.loads(run("rotate", made["id"], "--overlap", "0", "--json"))
    assert status(app, made["key"]) == 401
    assert status(app, new["key"]) == 200
    assert new["id"] in run("revoke", new["id"])
    assert status(app, new["key"]) == 401


@pytest.mark.parametrize(
    "args",
    [
        ["create", "--name", "x", "--scopes", "made:up"],
        ["create", "--name", "x", "--scopes", ""],
        ["create", "--name", "x", "--scopes", "probes:read", "--expires-in", "366"],
        ["create", "--name", "x", "--scopes", "probes:read", "--rate", "often"],
        ["create", "--name", "", "--scopes", "probes:read"],
        ["create", "--name", "a\nb", "--scopes", "probes:read"],
        ["create", "--name", "x", "--scopes", "probes:read", "--not-before", "tomorrow"],
        ["create", "--name", "x", "--scopes", "probes:read", "--not-before", "9999-01-01"],
        ["create", "--name", "a", "--owner", "", "--scopes", "probes:read"],
        ["list", "--owner", BYTE],
        ["show", BYTE],
        ["rotate", BYTE],
        ["revoke", BYTE],
        ["show", "nothing"],
        ["rotate", "nothing"],
        ["revoke", "nothing"],
    ],
)
def test_a_wrong_command_says_so_and_fails(app: Flask, args: list[str]) -> None:
    done = app.test_cli_runner().invoke(args=["keys", *args])
    assert done.exit_code in (1, 2)
    assert isinstance(done.exception, SystemExit)
    assert "Error" in done.output


def test_a_key_may_begin_later_and_so_does_what_replaces_it(app: Flask, later: Later) -> None:
    def run(*args: str) -> str:
        return str(app.test_cli_runner().invoke(args=["keys", *args], catch_exceptions=False).stdout)

    begins = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"
    made = json.loads(run("create", "--name", "ci", "--scopes", "probes:read", "--not-before", begins, "--json"))
    assert "not yet" in run("show", made["id"])
    keys = [made["key"], json.loads(run("rotate", made["id"], "--overlap", "72", "--json"))["key"]]
    assert [status(app, key) for key in keys] == [401, 401]
    with later(2 * 24 * 60 * 60):
        assert [status(app, key) for key in keys] == [200, 200]


@pytest.mark.usefixtures("without_tables")
@pytest.mark.parametrize(
    "args",
    [["create", "--name", "x", "--scopes", "probes:read"], ["list"], ["show", "x"], ["rotate", "x"], ["revoke", "x"]],
)
def test_a_database_without_tables_is_reported_in_one_sentence(app: Flask, args: list[str]) -> None:
    done = app.test_cli_runner().invoke(args=["keys", *args])
    assert done.exit_code == 1
    assert "The database is unreachable or not migrated. Start it, or run `flask db upgrade`." in done.stderr
