"""Credentials for the tests: API keys made by the command that an operator uses."""

import json
from collections.abc import Callable
from secrets import token_urlsafe

import pytest
from flask import Flask

# What an earlier command prints stands in the documents as one of these; where in its output it is.
PRINTED = {"3kTMd9zQw7La": r"_(?:live|test)_([0-9A-Za-z]{12})_"}
Grant = Callable[[Flask, str, str], dict[str, str]]


def secrets() -> dict[str, str]:
    """Return the secret settings that API keys need."""
    return {"APP_KEY_PEPPER": token_urlsafe(32)}


@pytest.fixture
def grant() -> Grant:
    """Give an owner a credential with the scopes, as request headers."""

    def give(app: Flask, owner: str, scopes: str) -> dict[str, str]:
        command = ["keys", "create", "--name", "test", "--owner", owner, "--scopes", scopes, "--json"]
        done = app.test_cli_runner().invoke(args=command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return {"X-API-Key": json.loads(done.stdout)["key"]}

    return give
