"""A service with the views of a test."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from tests.core.package import OWN_SETTINGS, package
from tests.core.registry import registered

Serve = Callable[..., FlaskClient]


@pytest.fixture
def blueprint() -> Blueprint:
    """A blueprint for the views of a test."""
    return Blueprint("machines", package.__name__)


@pytest.fixture
def serve(service: ModuleType, environ: dict[str, str], blueprint: Blueprint) -> Iterator[Serve]:
    """Return a client of a service with the blueprint; keywords are arguments of ``create_app``."""
    apps: list[Flask] = []

    def serve(**arguments: Any) -> FlaskClient:
        given = {"environ": environ, "settings": OWN_SETTINGS, "blueprints": [blueprint], **arguments}
        apps.append(service.core.create_app(service.__name__, **given))
        return apps[-1].test_client()

    yield serve
    for app in apps:
        registered(app, "Database").close()
