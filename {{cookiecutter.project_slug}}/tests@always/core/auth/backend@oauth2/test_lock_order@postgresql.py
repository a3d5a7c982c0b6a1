"""Who issues locks rows in the order of those who lock or delete: client and person first, then what hangs on them.

Two that go in different orders can each hold what the other waits for.
"""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.core.concurrency import Meanwhile, meanwhile
from tests.core.credentials import asking, make_client, make_user, pkce, refresh, signed_in, tokens_for
from tests.core.registry import registered

__all__ = ["meanwhile"]


@pytest.fixture
def free(app: Flask) -> Callable[..., bool]:
    """Tell whether somebody else could delete a row at this moment without waiting, or change it."""

    def ask(table: str, id_: str, strength: str = "UPDATE") -> bool:
        query = text(f"SELECT id FROM {table} WHERE id = :id FOR {strength} NOWAIT")  # noqa: S608
        with registered(app, "Database").engine.connect() as connection:
            try:
                return connection.execute(query, {"id": id_}).first() is not None
            except OperationalError:
                return False

    return ask


@pytest.mark.control("O5")
def test_a_client_cannot_be_deleted_once_one_of_its_tokens_is_claimed(
    app: Flask, service: ModuleType, meanwhile: Meanwhile, free: Callable[..., bool]
) -> None:
    client = make_client(app)
    token = tokens_for(app, client, "ada")["refresh_token"]
    seen: list[bool] = []
    meanwhile(
        service.core.auth.backend.server.one_time_tokens, "claim", lambda: seen.append(free("clients", client["id"]))
    )
    assert free("clients", client["id"])
    assert refresh(app, client, token).status_code == 200
    assert seen == [False]


@pytest.mark.control("W1")
def test_nobody_is_locked_while_their_consent_is_kept(
    app: Flask, service: ModuleType, meanwhile: Meanwhile, free: Callable[..., bool]
) -> None:
    client, person, browser = make_client(app), make_user(app, "ada"), signed_in(app, "ada")
    seen: list[bool] = []

    def look() -> None:
        seen.extend([free("users", person, "NO KEY UPDATE"), free("clients", client["id"])])

    meanwhile(service.core.auth.backend.server.token_families, "start", look)
    assert "code" in browser.consent(asking(client, pkce()[1]))
    assert seen == [False, False]
