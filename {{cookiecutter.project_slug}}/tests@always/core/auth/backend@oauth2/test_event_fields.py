"""The security events of the pages and of the token endpoint name the user and the client."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.browser import Browser, hidden, signed_in
from tests.core.credentials import create_service_client, create_user
from tests.core.event_triggers import TRIGGERS

MakeCaller = Callable[..., FlaskClient]
TYPED = "a password in the wrong field"


def line_of(event: str, caller: MakeCaller, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Trigger the event and return the last line with its name."""
    TRIGGERS[event](caller)
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [line for line in lines if line["event"] == event][-1]


@pytest.mark.control("L3")
@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("authn_login_success", {"owner"}),
        ("authn_password_change", {"owner"}),
        ("authn_token_created", {"owner", "client"}),
        ("authn_token_reuse", {"owner", "client"}),
        ("authn_token_revoked", {"client"}),
    ],
)
def test_the_event_names_the_user_and_the_client(
    caller: MakeCaller, capsys: pytest.CaptureFixture[str], event: str, fields: set[str]
) -> None:
    assert fields <= line_of(event, caller, capsys).keys()


def failure(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the only failed authentication since the last call."""
    output = capsys.readouterr().out
    assert TYPED not in output
    (line,) = [line for line in map(json.loads, output.splitlines()) if line["event"] == "authn_login_fail"]
    return line


@pytest.mark.control("L2", "L3")
def test_a_failed_sign_in_names_the_account(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    user_id, browser = create_user(app, "ada"), Browser(app)
    capsys.readouterr()
    browser.sign_in("an incorrect password")
    assert failure(capsys)["owner"] == user_id
    # A name that does not exist may be a password: the log contains only a keyed hash, which is equal for equal names.
    hashes = []
    for browser.name in (TYPED, TYPED, "other", "", "\u00e4"):
        browser.sign_in("x")
        line = failure(capsys)
        assert "owner" not in line
        hashes.append(line["name_hash"])
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 4
    ada = signed_in(app, "ada")
    capsys.readouterr()
    form = {"csrf_token": hidden(ada.http.get("/oauth2/account").text, "csrf_token"), "current_password": "x"}
    assert ada.http.post("/oauth2/account/password", data=form).status_code == 422
    assert failure(capsys)["owner"] == user_id


@pytest.mark.control("L2", "L3")
def test_a_failed_client_authentication_names_the_client(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    client_id = create_service_client(app)["id"]
    capsys.readouterr()
    for name, field in ((client_id, "client"), (TYPED, "name_hash")):
        header = {"Authorization": "Basic " + b64encode(f"{name}:wrong".encode()).decode()}
        for form, headers in (({"token": "x"}, header), ({"client_id": name, "client_secret": "wrong"}, {})):
            rejected = app.test_client().post("/oauth2/revoke", data=form, headers=headers)
            assert rejected.status_code == 401
            line = failure(capsys)
            assert {"client", "name_hash"} & line.keys() == {field}
            assert field == "name_hash" or line["client"] == client_id
