"""Credentials for the tests: access tokens, and the users and clients that obtain them."""

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

# Placeholders in the documents, with a pattern that finds the value in the output of an earlier command.
PRINTED = {
    "$CLIENT_ID": r"client_id +(\S+)",
    "$CLIENT_SECRET": r"client_secret +(\S+)",
    "KID": r"The key (\S+) is published",
}
Grant = Callable[[Flask, str, str], dict[str, str]]
PASSWORD = "four words make one"
CALLBACK = "https://client.example/callback"
# The service client of each owner, by database and name.
_OWNERS: dict[tuple[str, str], dict[str, str]] = {}


def secrets() -> dict[str, str]:
    """Return the settings that tokens need: an issuer that does not depend on the port of a test."""
    return {"APP_SERVER_URL": "https://localhost:8443"}


def command(app: Flask, *arguments: str, stdin: str = "") -> Any:
    """Run a command of the service and return its output, with ``--json`` as a parsed document."""
    result = app.test_cli_runner().invoke(args=list(arguments), input=stdin, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    # Other threads may log meanwhile.
    printed = "".join(line for line in result.stdout.splitlines(keepends=True) if not line.startswith('{"time"'))
    return json.loads(printed) if "--json" in arguments else printed


def every_scope(app: Flask) -> str:
    """Return every scope of the service."""
    return " ".join(registered(app, "Scopes"))


def create_user(app: Flask, name: str, scopes: str | None = None) -> str:
    """Create a user, unless one has the name, and return the id."""
    for user in command(app, "users", "list", "--json"):
        if user["name"] == name:
            return str(user["id"])
    options = ("--email", f"{name}@example.com", "--scopes", scopes or every_scope(app), "--password-stdin", "--json")
    return str(command(app, "users", "create", name, *options, stdin=f"{PASSWORD}\n")["id"])


def create_client(app: Flask, *options: str, scopes: str | None = None, uri: str = CALLBACK) -> dict[str, str]:
    """Create a client that acts for users, and return its id and secret."""
    grants = ("--grants", "authorization_code refresh_token", "--redirect-uri", uri)
    client: dict[str, str] = command(
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
    return client


def create_service_client(app: Flask, *options: str, scopes: str | None = None) -> dict[str, str]:
    """Create a client that acts without a user, and return its id and secret."""
    grants = ("--grants", "client_credentials")
    client: dict[str, str] = command(
        app, "clients", "create", "--name", "Robot", *grants, "--scopes", scopes or every_scope(app), "--json", *options
    )
    return client


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field of a page."""
    field = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert field, page
    return field[1].replace("&amp;", "&")


def consent_form(page: str, answer: str = "allow") -> dict[str, str]:
    """Return the completed form of a consent page."""
    return {name: hidden(page, name) for name in ("csrf_token", "consent_request")} | {"answer": answer}


class Browser:
    """A user's browser, which signs in and consents."""

    def __init__(self, app: Flask, name: str = "ada") -> None:
        self.http: FlaskClient = app.test_client()
        self.name = name

    def sign_in(self, password: str = PASSWORD, authorization_request: str = "") -> Any:
        """Submit the form of the sign-in page."""
        page = self.http.get("/oauth2/login").text
        form = {"csrf_token": hidden(page, "csrf_token"), "name": self.name, "password": password}
        return self.http.post("/oauth2/login", data={**form, "authorization_request": authorization_request})

    def consent(self, query: dict[str, str], answer: str = "allow") -> dict[str, str]:
        """Send an authorization request, answer the consent page, and return the parameters of the redirect."""
        page = self.http.get("/oauth2/authorize", query_string=query)
        assert page.status_code == 200, page.text
        response = self.http.post("/oauth2/authorize", data=consent_form(page.text, answer))
        assert response.status_code == 303, response.text
        return redirect_parameters(response)


def redirect_parameters(response: Any) -> dict[str, str]:
    """Return the query parameters of a redirect to the client."""
    assert response.location.startswith(CALLBACK + "?"), response.location
    return dict(parse_qsl(urlsplit(response.location).query))


def pkce() -> tuple[str, dict[str, str]]:
    """Return a PKCE verifier and the parameters of its challenge."""
    verifier = token_urlsafe(32)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    return verifier, {"code_challenge": challenge, "code_challenge_method": "S256"}


def authorization_request(client: dict[str, str], challenge: dict[str, str], **more: str) -> dict[str, str]:
    """Return the parameters of an authorization request."""
    return {"response_type": "code", "client_id": client["id"], "redirect_uri": CALLBACK, **challenge, **more}


def redeem(app: Flask, client: dict[str, str], code: str, verifier: str, /, **more: str) -> Any:
    """Exchange an authorization code for tokens."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier}
    return post_form(app, "/oauth2/token", client, {**form, **more})


def post_form(app: Flask, path: str, client: dict[str, str], form: dict[str, str]) -> Any:
    """Send a form as a client: with HTTP Basic, or with the ``client_id`` of a public client."""
    if client["secret"]:
        return app.test_client().post(path, data=form, auth=(client["id"], client["secret"]))
    return app.test_client().post(path, data={**form, "client_id": client["id"]})


def refresh(app: Flask, client: dict[str, str], token: str, **more: str) -> Any:
    """Exchange a refresh token for new tokens."""
    return post_form(app, "/oauth2/token", client, {"grant_type": "refresh_token", "refresh_token": token, **more})


def signed_in(app: Flask, name: str) -> Browser:
    """Return the browser of a user who is signed in."""
    create_user(app, name)
    browser = Browser(app, name)
    assert browser.sign_in().status_code == 303
    return browser


def get_code(app: Flask, client: dict[str, str], **more: str) -> tuple[str, str]:
    """Return an authorization code and its verifier."""
    verifier, challenge = pkce()
    return signed_in(app, "ada").consent(authorization_request(client, challenge, **more))["code"], verifier


def is_accepted(app: Flask, token: str) -> bool:
    """Return whether an access token is accepted."""
    status = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code
    assert status in (200, 401)
    return status == 200


def tokens_for(app: Flask, client: dict[str, str], name: str, scope: str | None = None) -> dict[str, Any]:
    """Consent as a user, and return the response of the token endpoint."""
    verifier, challenge = pkce()
    code = signed_in(app, name).consent(authorization_request(client, challenge, scope=scope or every_scope(app)))[
        "code"
    ]
    response = redeem(app, client, code, verifier)
    assert response.status_code == 200, response.text
    tokens: dict[str, Any] = response.json
    return tokens


@pytest.fixture(scope="module")
def ada(app: Flask) -> Browser:
    """The browser of a user who is signed in."""
    return signed_in(app, "ada")


@pytest.fixture(scope="module")
def shop(app: Flask) -> dict[str, str]:
    """A client that acts for users."""
    return create_client(app)


@pytest.fixture
def grant() -> Grant:
    """Return the request headers with a credential of an owner, who is a service client."""

    def issue(app: Flask, owner: str, scopes: str) -> dict[str, str]:
        key = (str(registered(app, "Database").engine.url), owner)
        known = {client["id"] for client in command(app, "clients", "list", "--json")}
        if key not in _OWNERS or _OWNERS[key]["id"] not in known:
            _OWNERS[key] = create_service_client(app)
        form = {"grant_type": "client_credentials", "scope": scopes}
        response = post_form(app, "/oauth2/token", _OWNERS[key], form)
        assert response.status_code == 200, response.text
        return {"Authorization": f"Bearer {response.json['access_token']}"}

    return issue
