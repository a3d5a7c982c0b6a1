"""The application under test with more views, which a test declares with or without rate limits."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from flask_limiter import Limiter

MakeApp = Callable[..., Flask]
Serve = Callable[..., FlaskClient]


@pytest.fixture
def limiter(service: ModuleType) -> Iterator[Limiter]:
    """The limiter of the service; what a test declares with it is removed after the test."""
    limiter: Limiter = service.core.limits.limiter
    manager = limiter.limit_manager
    before = {name: dict(part) for name, part in vars(manager).items() if isinstance(part, dict)}
    yield limiter
    for name, part in before.items():
        getattr(manager, name).clear()
        getattr(manager, name).update(part)


@pytest.fixture
def serve(service: ModuleType, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Return a client of an application that has these views, each at the path of its name."""
    others = service.core.auth.backend.BLUEPRINTS

    def serve(
        *views: Callable[..., Any], public: bool = True, blueprint: Blueprint | None = None, **settings: str
    ) -> FlaskClient:
        rule = service.core.declare.public if public else service.core.declare.authenticated
        blueprint = blueprint or Blueprint("views", __name__)
        for view in views:
            blueprint.add_url_rule(f"/{view.__name__}", view_func=rule(view), methods=["GET", "POST"])
        monkeypatch.setattr(service.core.auth.backend, "BLUEPRINTS", (*others, blueprint))
        return make_app(**settings).test_client()

    return serve
