"""``flask keys``: create, list, show, rotate and revoke."""

import json
import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.core.package import core

Later = Callable[[float], AbstractContextManager[None]]
NOT_UTF8 = os.fsdecode(b"\xff")  # a command line can contain any bytes


def status(app: Flask, key: str) -> int:
    """Return the status of a request with the key."""
    return app.test_client().get("/api/v1/me", headers={"X-API-Key": key}).status_code


def test_the_commands_create_list_show_rotate_and_revoke(app: Flask) -> None:
    runner = app.test_cli_runner()

    def run(*args: str) -> str:
        result = runner.invoke(args=["keys", *args], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    created = json.loads(run("create", "--name", "ci", "--owner", "build", "--scopes", "probes:read", "--json"))
    assert created["id"] in run("list", "--owner", "build")
    assert created["key"] not in run("list")
    shown = dict(re.split("  +", line) for line in run("show", created["id"]).splitlines())
    expected = {"owner": "build", "scopes": "probes:read", "revoked at": "-", "state": "valid"}
    assert expected.items() <= shown.items()
    new = json.loads(run("rotate", created["id"], "--overlap", "0", "--json"))
    assert status(app, created["key"]) == 401
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
        ["list", "--owner", NOT_UTF8],
        ["show", NOT_UTF8],
        ["rotate", NOT_UTF8],
        ["revoke", NOT_UTF8],
        ["show", "nothing"],
        ["rotate", "nothing"],
        ["revoke", "nothing"],
    ],
)
def test_an_invalid_command_fails_with_an_error(app: Flask, args: list[str]) -> None:
    result = app.test_cli_runner().invoke(args=["keys", *args])
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)
    assert "Error" in result.output


def test_a_key_and_its_replacement_are_valid_from_not_before_on(app: Flask, later: Later) -> None:
    def run(*args: str) -> str:
        return str(app.test_cli_runner().invoke(args=["keys", *args], catch_exceptions=False).stdout)

    not_before = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"
    created = json.loads(run("create", "--name", "ci", "--scopes", "probes:read", "--not-before", not_before, "--json"))
    assert "not yet" in run("show", created["id"])
    keys = [created["key"], json.loads(run("rotate", created["id"], "--overlap", "72", "--json"))["key"]]
    assert [status(app, key) for key in keys] == [401, 401]
    with later(2 * 24 * 60 * 60):
        assert [status(app, key) for key in keys] == [200, 200]


@pytest.mark.usefixtures("without_tables")
@pytest.mark.parametrize(
    "args",
    [["create", "--name", "x", "--scopes", "probes:read"], ["list"], ["show", "x"], ["rotate", "x"], ["revoke", "x"]],
)
def test_a_database_without_tables_is_reported_in_one_sentence(app: Flask, args: list[str]) -> None:
    result = app.test_cli_runner().invoke(args=["keys", *args])
    assert result.exit_code == 1
    assert "The database is unreachable, not migrated or too slow;" in result.stderr


def test_the_name_of_a_key_does_not_make_it_the_key_of_a_registered_user(app: Flask) -> None:
    create = ["keys", "create", "--name", "nightly", "--scopes", "probes:read"]
    runner = app.test_cli_runner()
    assert [runner.invoke(args=create).exit_code for _ in range(2)] == [0, 0]
    with app.app_context(), core.database.transaction() as connection:
        core.auth.backend.queries.add_owner(connection, "ada", "ada@example.com")
    create[3] = "ada"
    refused = runner.invoke(args=create)
    assert refused.exit_code == 2
    assert "A user registered as ada. For a key of that user, pass --owner ada." in refused.stderr
    assert runner.invoke(args=[*create, "--owner", "ada"]).exit_code == 0
