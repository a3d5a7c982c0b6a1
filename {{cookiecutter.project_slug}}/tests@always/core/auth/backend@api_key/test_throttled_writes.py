"""Writes about a key during a request are infrequent, and never fail or delay the request."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, update

from tests.core.registry import registered

MakeCaller = Callable[..., FlaskClient]
Later = Callable[[float], AbstractContextManager[None]]
ME = "/api/v1/me"


@pytest.fixture
def locked(app: Flask, service: ModuleType) -> Callable[[], AbstractContextManager[None]]:
    """Lock the rows of all keys: ``with locked(): ...``."""
    key = service.core.auth.backend.models.Key

    @contextmanager
    def transaction() -> Iterator[None]:
        with app.app_context(), service.core.database.transaction() as connection:
            connection.execute(update(key).values(name=key.name))
            yield

    return transaction


def revoke(app: Flask, me: FlaskClient) -> str:
    """Revoke the key of a caller and return its id."""
    key_id = str(me.headers["X-API-Key"].split("_")[2])  # type: ignore[attr-defined]
    app.test_cli_runner().invoke(args=["keys", "revoke", key_id], catch_exceptions=False)
    return key_id


def test_a_write_that_is_not_possible_does_not_change_the_response(
    app: Flask, caller: MakeCaller, locked: Callable[[], AbstractContextManager[None]]
) -> None:
    me, revoked = caller(), caller()
    revoke(app, revoked)
    with locked():
        assert me.get(ME).status_code == 200
        assert revoked.get(ME).status_code == 401


def test_a_failed_write_is_not_attempted_again_immediately(
    app: Flask, caller: MakeCaller, locked: Callable[[], AbstractContextManager[None]], later: Later
) -> None:
    me, attempts = caller(), 0

    def count(_connection: object) -> None:
        nonlocal attempts
        attempts += 1

    with locked():
        me.get(ME)
        event.listen(registered(app, "Database").engine, "begin", count)
        try:
            assert [me.get(ME).status_code for _ in range(3)] == [200, 200, 200]
            with later(10):
                assert me.get(ME).status_code == 200
        finally:
            event.remove(registered(app, "Database").engine, "begin", count)
    assert attempts == 0


def test_a_rejection_is_recorded_at_most_once_a_minute(
    app: Flask, service: ModuleType, caller: MakeCaller, later: Later
) -> None:
    me = caller()
    key_id = revoke(app, me)
    key_event = service.core.auth.backend.models.KeyEvent

    def recorded() -> int | None:
        query = (
            select(func.count()).select_from(key_event).where(key_event.key_id == key_id, key_event.event == "denied")
        )
        with app.app_context(), service.core.database.connect() as connection:
            return connection.scalar(query)

    assert [me.get(ME).status_code for _ in range(3)] == [401, 401, 401]
    assert recorded() == 1
    with later(61):
        assert me.get(ME).status_code == 401
    assert recorded() == 2
