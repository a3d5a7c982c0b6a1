"""Credentials for the tests: API keys that ``flask keys create`` creates."""

import json
from collections.abc import Callable
from secrets import token_urlsafe

import pytest
from flask import Flask
from flask.testing import FlaskClient

# Placeholders in the documents, with a pattern that finds the value in the output of an earlier command.
PRINTED = {"3kTMd9zQw7La": r"_(?:live|test)_([0-9A-Za-z]{12})_"}
Grant = Callable[[Flask, str, str], dict[str, str]]


def secrets() -> dict[str, str]:
    """Return the secret settings that API keys need."""
    return {"APP_KEY_PEPPER": token_urlsafe(32)}


def client_with(app: Flask, key: str) -> FlaskClient:
    """Return a client that sends the key."""
    client = app.test_client()
    client.headers = {"X-API-Key": key}  # type: ignore[attr-defined]
    return client


@pytest.fixture
def grant() -> Grant:
    """Return the request headers with a credential of an owner."""

    def issue(app: Flask, owner: str, scopes: str) -> dict[str, str]:
        command = ["keys", "create", "--name", "test", "--owner", owner, "--scopes", scopes, "--json"]
        done = app.test_cli_runner().invoke(args=command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        document = done.stdout[done.stdout.index("{\n") :]  # after lines that other threads may have logged
        return {"X-API-Key": json.loads(document)["key"]}

    return issue
