"""Views of a test's own, and the limits that they declare."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from flask_limiter import Limiter

MakeApp = Callable[..., Flask]


@pytest.fixture
def limiter(service: ModuleType) -> Iterator[Limiter]:
    """The limiter, whose declarations last no longer than the test."""
    limiter: Limiter = service.core.limits.limiter
    manager = limiter.limit_manager
    kept = {name: dict(part) for name, part in vars(manager).items() if isinstance(part, dict)}
    yield limiter
    for name, part in kept.items():
        getattr(manager, name).clear()
        getattr(manager, name).update(part)


@pytest.fixture
def serve(service: ModuleType, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FlaskClient]:
    """Serve views at the paths of their names, in a service that is whole but for them."""

    def serve(*views: Callable[..., Any], **settings: str) -> FlaskClient:
        blueprint = Blueprint("tried", __name__)
        for view in views:
            public = service.core.declare.public(view)
            blueprint.add_url_rule(f"/{view.__name__}", view_func=public, methods=["GET", "POST"])
        monkeypatch.setattr(service.core.auth.backend, "BLUEPRINTS", (*service.core.auth.backend.BLUEPRINTS, blueprint))
        return make_app(**settings).test_client()

    return serve
