"""Credentials for the tests: access tokens, and the people and clients that get them."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.registry import registered

# What an earlier command prints stands in the documents as one of these; where in its output it is.
PRINTED = {
    "$CLIENT_ID": r"client_id +(\S+)",
    "$CLIENT_SECRET": r"client_secret +(\S+)",
    "KID": r"The key (\S+) is published",
}
Grant = Callable[[Flask, str, str], dict[str, str]]
PASSWORD = "four words make one"
CALLBACK = "https://client.example/callback"
# The applications that stand for an owner, by database and name.
_OWNERS: dict[tuple[str, str], dict[str, str]] = {}


def secrets() -> dict[str, str]:
    """Return the settings that tokens need: an issuer that stays the same on whatever port a test serves."""
    return {"APP_SERVER_URL": "https://localhost:8443"}


def command(app: Flask, *arguments: str, stdin: str = "") -> Any:
    """Run a command of the service and return the JSON that it prints."""
    done = app.test_cli_runner().invoke(args=list(arguments), input=stdin, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in arguments else done.stdout


def every_scope(app: Flask) -> str:
    """Return every scope of the service."""
    return " ".join(registered(app, "Scopes"))


def make_user(app: Flask, name: str, scopes: str | None = None) -> str:
    """Make a person, unless there is one of the name, and return the id."""
    for one in command(app, "users", "list", "--json"):
        if one["name"] == name:
            return str(one["id"])
    options = ("--email", f"{name}@example.com", "--scopes", scopes or every_scope(app), "--password-stdin", "--json")
    return str(command(app, "users", "create", name, *options, stdin=f"{PASSWORD}\n")["id"])


def make_client(app: Flask, *options: str, scopes: str | None = None, uri: str = CALLBACK) -> dict[str, str]:
    """Make an application that asks people, and return its id and secret."""
    grants = ("--grants", "authorization_code refresh_token", "--redirect-uri", uri)
    made: dict[str, str] = command(
        app,
        "clients",
        "create",
        "--name",
        "Tester",
        *grants,
        "--scopes",
        scopes or every_scope(app),
        "--json",
        *options,
    )
    return made


def make_service_client(app: Flask, *options: str, scopes: str | None = None) -> dict[str, str]:
    """Make an application that calls for itself, and return its id and secret."""
    grants = ("--grants", "client_credentials")
    made: dict[str, str] = command(
        app, "clients", "create", "--name", "Robot", *grants, "--scopes", scopes or every_scope(app), "--json", *options
    )
    return made


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field of a page."""
    field = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert field, page
    return field[1].replace("&amp;", "&")


def consent_form(page: str, answer: str = "allow") -> dict[str, str]:
    """Return the form of a consent page, filled in."""
    return {name: hidden(page, name) for name in ("csrf_token", "consent_request")} | {"answer": answer}


class Browser:
    """A person's browser: it signs in, consents, and tells where it was sent."""

    def __init__(self, app: Flask, name: str = "ada") -> None:
        self.http: FlaskClient = app.test_client()
        self.name = name

    def sign_in(self, password: str = PASSWORD, asked: str = "") -> Any:
        """Fill in the form of the sign-in page."""
        page = self.http.get("/oauth2/login").text
        form = {"csrf_token": hidden(page, "csrf_token"), "name": self.name, "password": password}
        return self.http.post("/oauth2/login", data={**form, "authorization_request": asked})

    def consent(self, query: dict[str, str], answer: str = "allow") -> dict[str, str]:
        """Ask as a client does, answer the page, and return the parameters that the client gets."""
        page = self.http.get("/oauth2/authorize", query_string=query)
        assert page.status_code == 200, page.text
        sent = self.http.post("/oauth2/authorize", data=consent_form(page.text, answer))
        assert sent.status_code == 303, sent.text
        return returned(sent)


def returned(response: Any) -> dict[str, str]:
    """Return the parameters of a redirect to the client."""
    assert response.location.startswith(CALLBACK + "?"), response.location
    return dict(parse_qsl(urlsplit(response.location).query))


def pkce() -> tuple[str, dict[str, str]]:
    """Return a verifier, and the parameters of its challenge."""
    verifier = token_urlsafe(32)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    return verifier, {"code_challenge": challenge, "code_challenge_method": "S256"}


def asking(client: dict[str, str], challenge: dict[str, str], **more: str) -> dict[str, str]:
    """Return the parameters of an authorization request."""
    return {"response_type": "code", "client_id": client["id"], "redirect_uri": CALLBACK, **challenge, **more}


def redeem(app: Flask, client: dict[str, str], code: str, verifier: str, /, **more: str) -> Any:
    """Exchange a code for tokens."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier}
    return post(app, "/oauth2/token", client, {**form, **more})


def post(app: Flask, path: str, client: dict[str, str], form: dict[str, str]) -> Any:
    """Post a form as a client, which proves itself by HTTP Basic or, when it is public, names itself."""
    if client["secret"]:
        return app.test_client().post(path, data=form, auth=(client["id"], client["secret"]))
    return app.test_client().post(path, data={**form, "client_id": client["id"]})


def refresh(app: Flask, client: dict[str, str], token: str, **more: str) -> Any:
    """Exchange a refresh token for new tokens."""
    return post(app, "/oauth2/token", client, {"grant_type": "refresh_token", "refresh_token": token, **more})


def signed_in(app: Flask, name: str) -> Browser:
    """Return the browser of a person who has signed in."""
    make_user(app, name)
    browser = Browser(app, name)
    assert browser.sign_in().status_code == 303
    return browser


def a_code(app: Flask, client: dict[str, str], **more: str) -> tuple[str, str]:
    """Return a code and its verifier."""
    verifier, challenge = pkce()
    return signed_in(app, "ada").consent(asking(client, challenge, **more))["code"], verifier


def works(app: Flask, token: str) -> bool:
    """Tell whether an access token is accepted."""
    status = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code
    assert status in (200, 401)
    return status == 200


def tokens_for(app: Flask, client: dict[str, str], name: str, scope: str | None = None) -> dict[str, Any]:
    """Let a person consent, and return the answer of the token endpoint."""
    verifier, challenge = pkce()
    code = signed_in(app, name).consent(asking(client, challenge, scope=scope or every_scope(app)))["code"]
    answer = redeem(app, client, code, verifier)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json
    return told


@pytest.fixture(scope="module")
def ada(app: Flask) -> Browser:
    """The browser of somebody who is signed in."""
    return signed_in(app, "ada")


@pytest.fixture(scope="module")
def shop(app: Flask) -> dict[str, str]:
    """A client that asks people."""
    return make_client(app)


@pytest.fixture
def grant() -> Grant:
    """Give an owner a credential with the scopes, as request headers: the owner is an application of its own."""

    def give(app: Flask, owner: str, scopes: str) -> dict[str, str]:
        key = (str(registered(app, "Database").engine.url), owner)
        known = {one["id"] for one in command(app, "clients", "list", "--json")}
        if key not in _OWNERS or _OWNERS[key]["id"] not in known:
            _OWNERS[key] = make_service_client(app)
        form = {"grant_type": "client_credentials", "scope": scopes}
        answer = post(app, "/oauth2/token", _OWNERS[key], form)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json['access_token']}"}

    return give
