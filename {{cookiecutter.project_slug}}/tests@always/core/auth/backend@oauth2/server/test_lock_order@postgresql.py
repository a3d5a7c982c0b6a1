"""Issuing tokens locks rows in the same order as deletions: client and user first, then their tokens.

Different orders could deadlock.
"""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.core.authorization_code import authorization_request, pkce, tokens_for
from tests.core.browser import signed_in
from tests.core.concurrency import Interleave, interleave
from tests.core.credentials import create_client, create_user, refresh
from tests.core.registry import registered

__all__ = ["interleave"]


@pytest.fixture
def is_unlocked(app: Flask) -> Callable[..., bool]:
    """Return whether another connection could lock a row immediately."""

    def check(table: str, id_: str, strength: str = "UPDATE") -> bool:
        query = text(f"SELECT id FROM {table} WHERE id = :id FOR {strength} NOWAIT")  # noqa: S608
        with registered(app, "Database").engine.connect() as connection:
            try:
                return connection.execute(query, {"id": id_}).first() is not None
            except OperationalError:
                return False

    return check


@pytest.mark.control("O5")
def test_a_client_is_locked_while_its_token_is_claimed(
    app: Flask, service: ModuleType, interleave: Interleave, is_unlocked: Callable[..., bool]
) -> None:
    client = create_client(app)
    token = tokens_for(app, client, "ada")["refresh_token"]
    unlocked: list[bool] = []
    interleave(
        service.core.auth.backend.server.one_time_tokens,
        "claim",
        lambda: unlocked.append(is_unlocked("clients", client["id"])),
    )
    assert is_unlocked("clients", client["id"])
    assert refresh(app, client, token).status_code == 200
    assert unlocked == [False]


@pytest.mark.control("W1")
def test_user_and_client_are_locked_while_a_consent_is_stored(
    app: Flask, service: ModuleType, interleave: Interleave, is_unlocked: Callable[..., bool]
) -> None:
    client, user_id, browser = create_client(app), create_user(app, "ada"), signed_in(app, "ada")
    unlocked: list[bool] = []

    def record() -> None:
        unlocked.extend([is_unlocked("users", user_id, "NO KEY UPDATE"), is_unlocked("clients", client["id"])])

    interleave(service.core.auth.backend.server.token_families, "start", record)
    assert "code" in browser.consent(authorization_request(client, pkce()[1]))
    assert unlocked == [False, False]
