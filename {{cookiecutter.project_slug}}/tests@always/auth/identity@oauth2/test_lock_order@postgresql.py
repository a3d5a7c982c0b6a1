"""Who issues locks the rows of a client and a family in the order in which deleting one goes through them.

Two that go in different orders can each hold what the other waits for.
"""

from collections.abc import Callable
from types import ModuleType

import pytest
from credentials import make_client, refresh, tokens_for
from flask import Flask
from meanwhile import Meanwhile, meanwhile
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

__all__ = ["meanwhile"]


@pytest.fixture
def deletable(app: Flask) -> Callable[[str, str], bool]:
    """Tell whether somebody else could delete a row at this moment without waiting."""

    def ask(table: str, id_: str) -> bool:
        query = text(f"SELECT id FROM {table} WHERE id = :id FOR UPDATE NOWAIT")  # noqa: S608
        with app.extensions["database"].engine.connect() as connection:
            try:
                return connection.execute(query, {"id": id_}).first() is not None
            except OperationalError:
                return False

    return ask


@pytest.mark.control("O5")
def test_a_client_cannot_be_deleted_once_one_of_its_tokens_is_claimed(
    app: Flask, service: ModuleType, meanwhile: Meanwhile, deletable: Callable[[str, str], bool]
) -> None:
    client = make_client(app)
    token = tokens_for(app, client, "ada")["refresh_token"]
    seen: list[bool] = []
    meanwhile(service.auth.identity.server.tokens, "claim", lambda: seen.append(deletable("clients", client["id"])))
    assert deletable("clients", client["id"])
    assert refresh(app, client, token).status_code == 200
    assert seen == [False]
