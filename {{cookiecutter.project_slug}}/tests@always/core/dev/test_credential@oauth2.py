"""``make run`` prints a password and clients that work, even if a file of an earlier run is invalid or outdated."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from dev import calls, credential, service
from tests.core.browser import Browser
from tests.core.credentials import command, post_form

MakeApp = Callable[..., Flask]
Saved = Callable[[Flask], dict[str, Any]]


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Saved:
    """Return the secrets that are printed for an application, and try each; its files are in a temporary folder."""
    monkeypatch.chdir(tmp_path)

    def printed(app: Flask) -> dict[str, Any]:
        monkeypatch.setattr(service, "application", lambda: app)
        header, notes = credential.credential()
        secrets: dict[str, Any] = json.loads((tmp_path / credential.FILE).read_text("utf-8"))
        assert f"{secrets['service']['id']}:{secrets['service']['secret']}" in header
        assert secrets["password"] in notes[0]
        response = post_form(app, "/oauth2/token", secrets["service"], {"grant_type": "client_credentials"})
        assert response.status_code == 200
        assert set(response.json["scope"].split()) == set(service.scopes())
        assert post_form(app, "/oauth2/revoke", secrets["web"], {"token": "none"}).status_code == 200
        assert Browser(app, credential.USER).sign_in(secrets["password"]).status_code == 303
        return secrets

    return printed


def test_valid_clients_are_used_again(app: Flask, saved: Saved) -> None:
    assert saved(app) == saved(app)


def test_the_header_works_in_a_folder_with_any_name(
    app: Flask, saved: Saved, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A stand-in for curl returns the path of the CA as the token."""
    saved(app)
    monkeypatch.setattr(calls, "ROOT", Path("/srv/it's $HOME $(touch pwned) `touch pwned`"))
    header, _ = credential.credential()
    script = f"""curl() {{ printf '{{"access_token":"%s"}}' "$2"; }}; printf %s {header}"""
    printed = subprocess.run(["/bin/sh", "-c", script], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    assert printed == f"Authorization: Bearer {calls.ROOT}/certs/ca.pem"
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("kind", ["service", "web"])
def test_a_client_with_another_secret_is_replaced(app: Flask, saved: Saved, kind: str) -> None:
    command(app, "clients", "rotate", saved(app)[kind]["id"])
    saved(app)


def test_clients_with_other_scopes_are_replaced(app: Flask, saved: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(service, "scopes", lambda: ["admin"])
        old = saved(app)
    assert saved(app) != old
    names = [client["name"] for client in command(app, "clients", "list", "--json")]
    assert names.count(credential.CLIENTS["service"]) == 1


def test_a_changed_password_is_replaced(app: Flask, saved: Saved) -> None:
    saved(app)
    command(app, "users", "set-password", credential.USER, "--password-stdin", stdin="four words of another\n")
    saved(app)


def test_a_locked_user_is_unlocked(app: Flask, saved: Saved) -> None:
    saved(app)
    command(app, "users", "lock", credential.USER)
    saved(app)


@pytest.mark.parametrize("left", ["", "{", "{}", "[]", "null", '{"password": "x", "page": 1}'])
def test_an_invalid_file_is_replaced(app: Flask, saved: Saved, tmp_path: Path, left: str) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / credential.FILE).write_text(left)
    assert saved(app) == saved(app)


def test_the_password_has_the_longest_minimum_length(make_app: MakeApp, saved: Saved) -> None:
    saved(make_app(passwords_min_length="64"))
