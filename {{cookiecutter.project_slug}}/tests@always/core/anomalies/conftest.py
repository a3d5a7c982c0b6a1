"""The application under test in ``tests/core/anomalies``: the service itself, since its alert rules cover all of it."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.core.package import package


@pytest.fixture(scope="module")
def create_app() -> Callable[..., Flask]:
    """The function that creates the application of the service."""
    create: Callable[..., Flask] = package.create_app
    return create


@pytest.fixture(scope="module")
def prepare_database() -> Callable[[Flask], None]:
    """Leave the database as its migrations made it."""
    return lambda _app: None
