"""Limits of blueprints apply to each of their views, unless the view overrides them."""

from typing import Any

import pytest
from flask import Blueprint
from flask_limiter import Limiter

from tests.core.limits.calls import statuses
from tests.core.package import core


def tea() -> str:
    return ""


def coffee() -> str:
    return ""


@pytest.fixture
def blueprint() -> Blueprint:
    """The blueprint of the views."""
    return Blueprint("views", __name__)


def test_each_view_has_the_limit_of_its_blueprint(limiter: Limiter, serve: Any, blueprint: Blueprint) -> None:
    limiter.limit("1/minute")(blueprint)
    client = serve(tea, coffee, blueprint=blueprint)
    assert statuses(client, "/tea", 2) == statuses(client, "/coffee", 2) == [200, 429]
    assert '"views.tea:60s";q=1;w=60' in client.get("/tea").headers["RateLimit-Policy"]


def test_a_shared_limit_of_a_blueprint_counts_its_views_together(
    limiter: Limiter, serve: Any, blueprint: Blueprint
) -> None:
    limiter.shared_limit("2/minute", scope="drinks")(blueprint)
    client = serve(tea, coffee, blueprint=blueprint)
    assert statuses(client, "/tea", 1) + statuses(client, "/coffee", 2) == [200, 200, 429]


@pytest.mark.parametrize(("override", "expected"), [(True, [200, 200, 429]), (False, [200, 429, 429])])
def test_a_view_can_override_the_limit_of_its_blueprint(
    limiter: Limiter, serve: Any, blueprint: Blueprint, override: bool, expected: list[int]
) -> None:
    limiter.limit("1/minute")(blueprint)
    limited = limiter.limit("2/hour", override_defaults=override)(tea)
    assert statuses(serve(limited, blueprint=blueprint), "/tea", 3) == expected


@pytest.mark.parametrize(("override", "expected"), [(True, [200, 200, 429]), (False, [200, 429, 429])])
def test_a_nested_blueprint_can_override_the_limit_of_the_outer_one(
    limiter: Limiter, serve: Any, blueprint: Blueprint, override: bool, expected: list[int]
) -> None:
    outer = Blueprint("outer", __name__)
    limiter.limit("1/minute")(outer)
    limiter.limit("2/hour", override_defaults=override)(blueprint)
    blueprint.add_url_rule("/tea", view_func=tea)
    outer.register_blueprint(blueprint)
    assert statuses(serve(blueprint=outer), "/tea", 3) == expected


def test_a_blueprint_keeps_its_limit_under_another_name(limiter: Limiter, serve: Any, blueprint: Blueprint) -> None:
    limiter.limit("1/minute")(blueprint)
    around = Blueprint("around", __name__)
    around.register_blueprint(blueprint, url_prefix="/one")
    around.register_blueprint(blueprint, url_prefix="/two", name="other")
    blueprint.add_url_rule("/tea", view_func=core.public(tea))
    client = serve(blueprint=around)
    assert statuses(client, "/one/tea", 2) == statuses(client, "/two/tea", 2) == [200, 429]
