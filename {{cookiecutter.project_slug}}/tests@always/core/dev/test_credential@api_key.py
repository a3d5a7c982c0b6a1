"""``make run`` prints an API key that works, even if a file of an earlier run is invalid or outdated."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from dev import credential, service
from tests.core import probes

MakeApp = Callable[..., Flask]
Key = Callable[[Flask], str]


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Key:
    """Return the key that is printed for an application; its files are in a temporary folder."""
    monkeypatch.chdir(tmp_path)

    def printed(app: Flask) -> str:
        monkeypatch.setattr(service, "application", lambda: app)
        header, notes = credential.credential()
        assert notes == []
        name, _, key = header.strip("'").partition(": ")
        response = service.request("/api/v1/me", headers={name: key})
        assert response.status_code == 200
        assert set(response.json["scopes"]) == set(service.scopes())
        return key

    return printed


def test_a_valid_key_is_used_again_and_a_revoked_one_is_replaced(app: Flask, key: Key) -> None:
    first = key(app)
    assert key(app) == first
    app.test_cli_runner().invoke(args=["keys", "revoke", first.split("_")[2]], catch_exceptions=False)
    assert key(app) != first


def test_a_key_with_other_scopes_is_replaced_and_revoked(app: Flask, key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(service, "scopes", lambda: ["keys:manage"])
        old = key(app)
    assert key(app) != old
    assert service.request("/api/v1/me", headers={"X-API-Key": old}).status_code == 401


def test_the_key_has_every_scope_but_admin(app: Flask, key: Key) -> None:
    key(app)
    assert {*service.scopes(), "admin"} == {*probes.SCOPES, "keys:manage", "admin"}


@pytest.mark.parametrize("left", ["", "{", "{}", "[]", "null", '{"id": "3kTMd9zQw7La", "key": "wrong"}'])
def test_an_invalid_file_is_replaced(app: Flask, key: Key, tmp_path: Path, left: str) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / credential.FILE).write_text(left)
    assert key(app) == key(app)


def test_another_pepper_needs_another_key(make_app: MakeApp, key: Key) -> None:
    first = key(make_app())
    assert key(make_app(key_pepper="another pepper 0123456789 abcdefghijk")) != first
