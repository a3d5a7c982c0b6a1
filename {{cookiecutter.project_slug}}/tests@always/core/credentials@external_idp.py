"""Credentials for the tests: tokens of an identity provider that runs beside them."""

from collections.abc import Callable
from functools import cache

import pytest
from flask import Flask

from tests.core.identity_provider import IdentityProvider

# What an earlier command prints stands in the documents as one of these; where in its output it is.
PRINTED: dict[str, str] = {}
Grant = Callable[[Flask, str, str], dict[str, str]]


@cache
def provider() -> IdentityProvider:
    """Return the provider of all tests that do nothing to it."""
    return IdentityProvider()


def secrets() -> dict[str, str]:
    """Return the settings that lead the service to the provider."""
    return {f"APP_{name.upper()}": value for name, value in provider().settings.items()}


@pytest.fixture
def grant() -> Grant:
    """Give an owner a credential with the scopes, as request headers."""

    def give(_app: Flask, owner: str, scopes: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {provider().token(owner, scopes)}"}

    return give
