"""The format of a key, and the keyed hash that is stored of it."""

import hmac
from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.core.credentials import client_with

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
ME = "/api/v1/me"


def test_a_key_has_the_documented_format(app: Flask, service: ModuleType) -> None:
    with app.app_context():
        key_id, key = service.core.auth.backend.key_format.generate()
        assert service.core.auth.backend.key_format.parse_id(key) == key_id
    name, stage, key_id, secret = key.split("_")
    assert name.isalnum()
    assert stage == "live"
    assert (len(key_id), len(secret)) == (12, 49)


@pytest.mark.parametrize("position", [0, 5, -50, -20, -3, -1])
def test_the_checksum_detects_a_mistyped_key(app: Flask, service: ModuleType, position: int) -> None:
    with app.app_context():
        characters = list(service.core.auth.backend.key_format.generate()[1])
    characters[position] = "a" if characters[position] != "a" else "b"
    assert service.core.auth.backend.key_format.parse_id("".join(characters)) is None


@pytest.mark.control("A8")
def test_only_a_keyed_hash_of_a_key_is_stored(app: Flask, caller: MakeCaller, service: ModuleType) -> None:
    key = caller().headers["X-API-Key"]  # type: ignore[attr-defined]
    models = service.core.auth.backend.models
    with app.app_context(), service.core.database.connect() as connection:
        row = connection.execute(select(models.Key).where(models.Key.id == key.split("_")[2])).one()
        pepper = service.core.settings.get_settings(app, service.core.auth.backend.settings.KeySettings).key_pepper
        assert row.digest == hmac.digest(pepper.encode(), key.encode(), "sha256")
        assert key.split("_")[3] not in str(row)
        events = connection.execute(select(models.KeyEvent).where(models.KeyEvent.key_id == row.id)).all()
    assert [row.event for row in events] == ["created"]


def test_keys_of_the_previous_pepper_remain_valid(
    make_app: MakeApp, caller: MakeCaller, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    key = caller(app=make_app()).headers["X-API-Key"]  # type: ignore[attr-defined]
    new = {"key_pepper": "another pepper 0123456789 abcdefghijk"}
    assert client_with(make_app(**new), key).get(ME).status_code == 401
    assert '"reason":"the pepper of the key is not in the settings"' in capsys.readouterr().out
    with_previous = make_app(**new, key_pepper_previous=environ["APP_KEY_PEPPER"])
    assert client_with(with_previous, key).get(ME).status_code == 200
