"""``flask users delete`` and ``flask clients delete`` call ``on_user_deleted``."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection, column, select, table

from tests.core.credentials import command, create_service_client, create_user
from tests.core.registry import registered

Callbacks = list[Callable[[Connection, str], None]]


@pytest.fixture
def callbacks(app: Flask) -> Iterator[Callbacks]:
    """The functions that the application calls for each deleted user or client."""
    callbacks = registered(app, "UserDeletedCallbacks")
    saved = list(callbacks)
    yield callbacks
    callbacks[:] = saved


def create(app: Flask, kind: str) -> tuple[str, str]:
    """Create a user or client; return its id, and the argument that identifies it in commands."""
    if kind == "users":
        return create_user(app, "leaving"), "leaving"
    client_id = create_service_client(app)["id"]
    return client_id, client_id


@pytest.mark.parametrize("kind", ["users", "clients"])
def test_on_user_deleted_is_called_in_the_transaction_of_the_deletion(
    app: Flask, callbacks: Callbacks, kind: str
) -> None:
    found: list[str] = []

    def on_user_deleted(connection: Connection, owner: str) -> None:
        found.extend(connection.scalars(select(column("id")).select_from(table(kind)).where(column("id") == owner)))

    callbacks[:] = [on_user_deleted]
    owner, argument = create(app, kind)
    command(app, kind, "delete", argument, "--yes")
    assert found == [owner]
    assert owner not in [record["id"] for record in command(app, kind, "list", "--json")]


@pytest.mark.parametrize("kind", ["users", "clients"])
def test_nothing_is_deleted_if_on_user_deleted_fails(app: Flask, callbacks: Callbacks, kind: str) -> None:
    def on_user_deleted(connection: Connection, owner: str) -> None:
        raise RuntimeError

    callbacks[:] = [on_user_deleted]
    owner, argument = create(app, kind)
    assert app.test_cli_runner().invoke(args=[kind, "delete", argument, "--yes"]).exit_code == 1
    assert owner in [record["id"] for record in command(app, kind, "list", "--json")]
