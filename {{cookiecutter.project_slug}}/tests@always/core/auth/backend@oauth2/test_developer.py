"""``make run`` prints clients and a password that the service takes, whatever an earlier start left."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from dev import credential, run
from tests.core.credentials import Browser, command, post

MakeApp = Callable[..., Flask]
RawValue = Callable[[Flask], dict[str, Any]]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RawValue:
    """Give what is printed of a service, all of which works; its files are in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.toml").touch()

    def give(app: Flask) -> dict[str, Any]:
        monkeypatch.setattr(run, "service", lambda: app)
        header = credential.header(run.flask, run.call)
        made: dict[str, Any] = json.loads((tmp_path / credential.FILE).read_text("utf-8"))
        assert f"{made['service']['id']}:{made['service']['secret']}" in header
        answer = post(app, "/oauth2/token", made["service"], {"grant_type": "client_credentials"})
        assert answer.status_code == 200
        assert post(app, "/oauth2/revoke", made["web"], {"token": "none"}).status_code == 200
        assert Browser(app, credential.PERSON).sign_in(made["password"]).status_code == 303
        return made

    return give


def test_all_is_made_once(app: Flask, given: RawValue) -> None:
    assert given(app) == given(app)


@pytest.mark.parametrize("kind", ["service", "web"])
def test_clients_are_made_anew_when_one_has_another_secret(app: Flask, given: RawValue, kind: str) -> None:
    command(app, "clients", "rotate", given(app)[kind]["id"])
    given(app)


def test_the_password_is_another_when_it_was_changed(app: Flask, given: RawValue) -> None:
    given(app)
    command(app, "users", "set-password", credential.PERSON, "--password-stdin", stdin="four words of another\n")
    given(app)


def test_the_person_is_let_in_again_who_was_locked(app: Flask, given: RawValue) -> None:
    given(app)
    command(app, "users", "lock", credential.PERSON)
    given(app)


@pytest.mark.parametrize("left", ["", "{", "{}", "[]", "null", '{"password": "x", "page": 1}'])
def test_all_is_made_anew_when_what_was_left_is_none(app: Flask, given: RawValue, tmp_path: Path, left: str) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / credential.FILE).write_text(left)
    assert given(app) == given(app)


def test_the_password_is_as_long_as_the_settings_may_ask_for(make_app: MakeApp, given: RawValue) -> None:
    given(make_app(passwords_at_least="64"))
