"""``flask users``."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from tests.core.credentials import command, create_user
from tests.core.registry import registered


def test_users_are_listed(app: Flask) -> None:
    user_id = create_user(app, "listed", scopes="probes:read admin")
    assert "listed@example.com" in command(app, "users", "list")
    (user,) = [user for user in command(app, "users", "list", "--json") if user["id"] == user_id]
    assert (user["name"], user["scopes"], user["locked_at"]) == ("listed", ["admin", "probes:read"], None)


def test_a_user_has_the_sign_up_scopes_by_default(app: Flask) -> None:
    options = ("--email", "default@example.com", "--password-stdin", "--json")
    created = command(app, "users", "create", "default", *options, stdin="five words make one too\n")
    assert sorted(created["scopes"]) == ["probes:read", "probes:write"]


@pytest.fixture
def callbacks(app: Flask) -> Iterator[list[Callable[[Connection, str], None]]]:
    """The functions that the application calls for each deleted user."""
    callbacks = registered(app, "UserDeletedCallbacks")
    saved = list(callbacks)
    yield callbacks
    callbacks[:] = saved


def test_on_user_deleted_is_called_in_the_transaction_of_the_deletion(
    app: Flask, callbacks: list[Callable[[Connection, str], None]]
) -> None:
    found: list[str] = []

    def on_user_deleted(connection: Connection, user_id: str) -> None:
        found.extend(connection.scalars(text("SELECT name FROM users WHERE id = :id"), {"id": user_id}))

    callbacks[:] = [on_user_deleted]
    create_user(app, "leaving")
    command(app, "users", "delete", "leaving", "--yes")
    assert found == ["leaving"]
    assert "leaving" not in command(app, "users", "list")


def test_a_user_is_not_deleted_if_on_user_deleted_fails(
    app: Flask, callbacks: list[Callable[[Connection, str], None]]
) -> None:
    def on_user_deleted(connection: Connection, user_id: str) -> None:
        raise RuntimeError

    callbacks[:] = [on_user_deleted]
    create_user(app, "staying")
    assert app.test_cli_runner().invoke(args=["users", "delete", "staying", "--yes"]).exit_code == 1
    assert "staying" in command(app, "users", "list")
