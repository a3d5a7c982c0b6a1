"""Credentials that were sent over plain HTTP are logged as exposed, and tokens revoked if a setting says so."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.authorization_code import get_code, redeem, tokens_for
from tests.core.browser import Browser, signed_in
from tests.core.credentials import PASSWORD, create_client, create_service_client, create_user, is_accepted, post_form

MakeApp = Callable[..., Flask]
Output = pytest.CaptureFixture[str]
HTTP, HTTPS = {"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": "https"}
TOKEN, REVOKE, LOGIN = "/oauth2/token", "/oauth2/revoke", "/oauth2/login"


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """A service behind a proxy."""
    return make_app(server_tls="false", server_trusted_proxies="1")


def events(capsys: Output) -> list[dict[str, Any]]:
    """Return the security events since the last call."""
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [line for line in lines if line["event"] not in ("request", "log")]


def exposed(app: Flask, capsys: Output, path: str, form: dict[str, str], **headers: str) -> dict[str, Any] | None:
    """Send a form over plain HTTP and return the event of an exposed credential, or None."""
    capsys.readouterr()
    rejected = app.test_client().post(path, data=form, headers={**HTTP, **headers})
    assert (rejected.status_code, "Location" in rejected.headers) == (403, False)
    output = capsys.readouterr().out
    for name, value in (form | headers).items():
        assert name in ("client_id", "grant_type", "name") or value not in output
    lines = map(json.loads, output.splitlines())
    return next((line for line in lines if line["event"] == "credential_exposed"), None)


@pytest.mark.control("A9")
def test_an_exposed_token_can_be_revoked(make_app: MakeApp, caller: Callable[..., FlaskClient], capsys: Output) -> None:
    me = caller(app=make_app(server_tls="false", server_trusted_proxies="1", tokens_revoke_exposed="true"))
    assert me.get("/api/v1/me", headers=HTTPS).status_code == 200
    capsys.readouterr()
    assert me.get("/api/v1/me", headers=HTTP).status_code == 403
    assert [event["event"] for event in events(capsys)] == ["credential_exposed", "authn_token_revoked"]
    assert me.get("/api/v1/me", headers=HTTPS).status_code == 401


@pytest.mark.control("A9")
@pytest.mark.parametrize("path", [TOKEN, REVOKE, "/oauth2/introspect"])
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_the_secret_of_a_client_is_exposed(app: Flask, capsys: Output, path: str, method: str) -> None:
    client = create_service_client(app)
    for secret, found in ((client["secret"], True), ("w" * 43, False)):
        form, headers = {"grant_type": "client_credentials"}, {}
        if method == "client_secret_basic":
            headers["Authorization"] = "Basic " + b64encode(f"{client['id']}:{secret}".encode()).decode()
        else:
            form |= {"client_id": client["id"], "client_secret": secret}
        event = exposed(app, capsys, path, form, **headers)
        assert (event is not None) == found
        assert event is None or (event["client"], event["level"]) == (client["id"], "critical")
    assert post_form(app, TOKEN, client, {"grant_type": "client_credentials"}).status_code == 200, "only logged"


@pytest.mark.control("A9", "W5")
def test_the_password_of_a_sign_in_form_is_exposed(make_app: MakeApp, capsys: Output) -> None:
    app = make_app(server_tls="false", server_trusted_proxies="1", limits_sign_ins="3/day")
    user_id = create_user(app, "ada")
    event = exposed(app, capsys, LOGIN, {"name": "ada", "password": PASSWORD})
    assert event is not None
    assert event["owner"] == user_id
    assert "ada" not in event.values()
    assert exposed(app, capsys, LOGIN, {"name": "ada", "password": PASSWORD + "x"}) is None
    assert exposed(app, capsys, LOGIN, {"name": "ada"}) is None
    # Attempts over plain HTTP count like all others: above the limit, passwords are not checked.
    plain = app.test_client().post(LOGIN, data={"name": "ada", "password": PASSWORD}, headers=HTTP)
    assert (plain.status_code, Browser(app).sign_in().status_code) == (429, 429)
    assert "credential_exposed" not in capsys.readouterr().out


@pytest.mark.control("A9")
@pytest.mark.parametrize("body", [b"name=ada&name=ada", b"\xff", b"name=ada&password=%00", b"", b"{}"])
@pytest.mark.parametrize("path", [LOGIN, TOKEN])
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json"])
def test_an_invalid_form_over_plain_http_is_rejected(app: Flask, body: bytes, path: str, content_type: str) -> None:
    rejected = app.test_client().post(path, data=body, content_type=content_type, headers=HTTP)
    assert rejected.status_code == 403


@pytest.mark.control("A9")
def test_a_session_cookie_is_exposed(app: Flask, capsys: Output) -> None:
    browser = signed_in(app, "ada")
    capsys.readouterr()
    assert browser.http.get("/oauth2/account", headers=HTTP).status_code == 403
    assert [(event["event"], event["owner"]) for event in events(capsys)] == [
        ("credential_exposed", create_user(app, "ada"))
    ]
    assert browser.http.get("/oauth2/account").status_code == 200, "only logged"


@pytest.mark.control("A9")
@pytest.mark.parametrize("revoke", ["false", "true"])
def test_exposed_codes_tokens_and_sessions_are_revoked_if_a_setting_says_so(
    make_app: MakeApp, capsys: Output, revoke: str
) -> None:
    app = make_app(server_tls="false", server_trusted_proxies="1", tokens_revoke_exposed=revoke)
    client = create_client(app, "--public")
    public, user_id, is_valid = {"client_id": client["id"]}, create_user(app, "ada"), revoke == "false"
    tokens = tokens_for(app, client, "ada")
    event = exposed(app, capsys, TOKEN, {**public, "refresh_token": tokens["refresh_token"]})
    assert event is not None
    assert (event["client"], event["owner"]) == (client["id"], user_id)
    assert is_accepted(app, tokens["access_token"]) == is_valid
    for kind in ("access_token", "refresh_token"):
        tokens = tokens_for(app, client, "ada")
        capsys.readouterr()
        app.test_client().post(REVOKE, data={**public, "token": tokens[kind]}, headers=HTTP)
        recorded = events(capsys)
        found = {event["event"]: event["credential"] for event in recorded}
        assert "credential_exposed" in found
        assert kind == "access_token" or all(event["owner"] for event in recorded)
        assert found.get("authn_token_revoked") == (None if is_valid else found["credential_exposed"])
        assert is_accepted(app, tokens["access_token"]) == is_valid
    code, verifier = get_code(app, client)
    assert exposed(app, capsys, TOKEN, {**public, "code": code}) is not None
    assert (redeem(app, client, code, verifier).status_code == 200) == is_valid
    assert exposed(app, capsys, TOKEN, {**public, "code": code}) is None, "it was used, or revoked"
    browser = signed_in(app, "ada")
    browser.http.get("/oauth2/account", headers=HTTP)
    assert (browser.http.get("/oauth2/account").status_code == 200) == is_valid
