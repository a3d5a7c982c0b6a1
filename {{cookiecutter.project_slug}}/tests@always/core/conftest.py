"""The application under test in ``tests/core``: core with the probe resource."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.core import probes, service


@pytest.fixture(scope="module")
def create_app() -> Callable[..., Flask]:
    """The function that creates the application with the probe resource."""
    return service.create_app


@pytest.fixture(scope="module")
def prepare_database() -> Callable[[Flask], None]:
    """Create the table of probes."""
    return probes.create_table
