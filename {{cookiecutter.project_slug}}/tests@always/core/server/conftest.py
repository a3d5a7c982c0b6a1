"""A caller of the running service."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.live_server import Served


@pytest.fixture
def credential(served: Served, make_app: Callable[..., Flask], caller: Callable[..., FlaskClient]) -> list[str]:
    """The header lines of a caller of the running service."""
    same = make_app(**{name.removeprefix("APP_").lower(): value for name, value in served.environ.items()})
    return [f"{name}: {value}" for name, value in caller(app=same).headers.items()]  # type: ignore[attr-defined]
