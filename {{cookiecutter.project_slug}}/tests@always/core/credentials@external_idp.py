"""Credentials for the tests: tokens of an identity provider that runs in the process of the tests."""

from collections.abc import Callable
from functools import cache

import pytest
from flask import Flask

from tests.core.identity_provider import IdentityProvider

# Placeholders in the documents, with a pattern that finds the value in the output of an earlier command.
PRINTED: dict[str, str] = {}
Grant = Callable[[Flask, str, str], dict[str, str]]


@cache
def provider() -> IdentityProvider:
    """Return the provider that tests share if they do not change it."""
    return IdentityProvider()


def secrets() -> dict[str, str]:
    """Return the settings of a service that trusts the provider."""
    return {f"APP_{name.upper()}": value for name, value in provider().settings.items()}


@pytest.fixture
def grant() -> Grant:
    """Return the request headers with a credential of an owner."""

    def issue(_app: Flask, owner: str, scopes: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {provider().token(owner, scopes)}"}

    return issue
