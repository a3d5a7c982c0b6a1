"""Credentials for the tests: users, and clients with their access tokens, that the commands of the service create."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

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


def post_form(app: Flask, path: str, client: dict[str, str], form: dict[str, str]) -> Any:
    """Send a form as a client: with HTTP Basic, or with the ``client_id`` of a public client."""
    if client["secret"]:
        return app.test_client().post(path, data=form, auth=(client["id"], client["secret"]))
    return app.test_client().post(path, data={**form, "client_id": client["id"]})


def refresh(app: Flask, client: dict[str, str], token: str, **more: str) -> Any:
    """Exchange a refresh token for new tokens."""
    return post_form(app, "/oauth2/token", client, {"grant_type": "refresh_token", "refresh_token": token, **more})


def is_accepted(app: Flask, token: str) -> bool:
    """Return whether an access token is accepted."""
    status = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code
    assert status in (200, 401)
    return status == 200


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
