"""Expired rows are deleted some at a time, and a client or user with many tokens in many transactions."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from tests.core.authorization_code import tokens_for
from tests.core.browser import signed_in
from tests.core.credentials import (
    command,
    create_client,
    create_service_client,
    create_user,
    is_accepted,
    post_form,
    refresh,
)
from tests.core.registry import registered

Rows = list[dict[str, Any]]
Count = Callable[[], dict[str, int]]
EXPIRED = 250  # rows of each table, which is more than two requests delete


@pytest.fixture
def backend(service: ModuleType) -> Any:
    """The package of the models and the deletions."""
    return service.core.auth.backend


@pytest.fixture
def add_rows(app: Flask, backend: Any) -> Callable[[str, Rows], None]:
    """Store rows of a table."""

    def add(table: str, rows: Rows) -> None:
        with registered(app, "Database").transaction() as connection:
            connection.execute(insert(getattr(backend.models, table)), rows)

    return add


@pytest.fixture
def count_expired(app: Flask, service: ModuleType, backend: Any) -> Count:
    """Return the number of expired rows by table."""

    def count() -> dict[str, int]:
        with registered(app, "Database").connect() as connection:
            return {
                name: connection.scalar(
                    select(func.count()).where(getattr(backend.models, name).expires_at < service.core.clock.now())
                )
                for name in ("TokenFamily", "RefreshToken", "AccessToken", "Session", "ConsentRequest")
            }

    return count


@pytest.fixture
def expired(app: Flask, service: ModuleType, add_rows: Callable[[str, Rows], None]) -> dict[str, str]:
    """A client with expired tokens, whose users have expired sessions; the newer families have refresh tokens."""
    client, user_id, end = create_client(app), create_user(app, "ada"), service.core.clock.now() - timedelta(days=1)
    families, sessions, times = [], [], [end - timedelta(minutes=number) for number in range(EXPIRED)]
    for time in times:
        families.append({"id": str(uuid4()), "user_id": user_id, "client_id": client["id"], "scopes": ()})
        families[-1] |= {"created_at": time, "expires_at": time}
        sessions.append({"id": str(uuid4()), "digest": secrets.token_bytes(32), "user_id": user_id, "user_agent": ""})
        sessions[-1] |= {"created_at": time, "expires_at": time}
    digests = [{"digest": secrets.token_bytes(32), "expires_at": time} for time in times]
    add_rows("TokenFamily", families)
    add_rows("Session", sessions)
    add_rows("RefreshToken", [{**row, "family_id": families[i // 2]["id"]} for i, row in enumerate(digests)])
    tokens = {"client_id": client["id"], "scopes": (), "created_at": end}
    add_rows("AccessToken", [{**tokens, "id": str(uuid4()), "expires_at": time} for time in times])
    live = {**sessions[0], "id": str(uuid4()), "digest": b"live", "expires_at": end + timedelta(days=2)}
    add_rows("Session", [live])
    add_rows("ConsentRequest", [{**row, "session_id": live["id"], "parameters": "{}"} for row in digests])
    return client


@pytest.mark.control("O6")
def test_a_sign_in_and_a_consent_delete_a_bounded_number_of_expired_rows(
    app: Flask, expired: dict[str, str], count_expired: Count
) -> None:
    before = count_expired()
    assert min(before.values()) >= EXPIRED
    tokens_for(app, expired, "ada")
    after = count_expired()
    deleted = {table: before[table] - after[table] for table in before}
    assert all(0 < number <= 200 for number in deleted.values()), deleted
    for _ in range(6):
        tokens_for(app, expired, "ada")
    assert set(count_expired().values()) == {0}


@pytest.mark.parametrize("deleted", ["client", "user"])
@pytest.mark.control("Z6")
def test_a_deletion_revokes_all_tokens_first_and_can_be_repeated(
    app: Flask, backend: Any, monkeypatch: pytest.MonkeyPatch, deleted: str
) -> None:
    client, user_id, arguments = create_client(app), create_user(app, "hoarder"), ["users", "delete", "hoarder"]
    if deleted == "client":
        arguments = ["clients", "delete", client["id"]]
    issued = [tokens_for(app, client, "hoarder") for _ in range(3)]
    issued.append(refresh(app, client, issued[0]["refresh_token"]).json)
    with monkeypatch.context() as interrupted:
        interrupted.setattr(backend.server.token_families, "delete_in_batches", lambda *_: 1 / 0)
        result = app.test_cli_runner().invoke(args=[*arguments, "--yes"])
        assert isinstance(result.exception, ZeroDivisionError)
    assert not any(is_accepted(app, tokens["access_token"]) for tokens in issued)
    assert refresh(app, client, issued[-1]["refresh_token"]).status_code in (400, 401)
    monkeypatch.setattr(backend.deletion, "BATCH", 1)
    monkeypatch.setattr(backend.server.token_families, "FAMILIES", 2)
    command(app, *arguments, "--yes")
    with registered(app, "Database").connect() as connection:
        family = backend.models.TokenFamily
        mine = family.client_id == client["id"] if deleted == "client" else family.user_id == user_id
        assert connection.scalar(select(func.count()).where(mine)) == 0


@pytest.mark.control("Z6")
def test_a_locked_client_and_its_tokens_are_rejected_until_it_is_unlocked(app: Flask) -> None:
    client, robot = create_client(app), create_service_client(app)
    issued, form = tokens_for(app, client, "ada"), {"grant_type": "client_credentials"}
    for each in (client, robot):
        command(app, "clients", "change", each["id"], "--locked")
    assert not is_accepted(app, issued["access_token"])
    assert post_form(app, "/oauth2/token", robot, form).json["error"] == "invalid_client"
    assert refresh(app, client, issued["refresh_token"]).json["error"] == "invalid_client"
    query = {"client_id": client["id"], "response_type": "code"}
    assert signed_in(app, "ada").http.get("/oauth2/authorize", query_string=query).status_code == 400
    for each in (client, robot):
        command(app, "clients", "change", each["id"], "--unlocked")
    assert is_accepted(app, issued["access_token"])
    assert post_form(app, "/oauth2/token", robot, form).status_code == 200
