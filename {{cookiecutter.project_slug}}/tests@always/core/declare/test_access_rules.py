"""A view has one access rule, which no other declaration replaces or evades."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint
from flask.views import MethodView
from marshmallow import Schema

from tests.core.declare.conftest import Serve
from tests.core.package import core

RULES = [core.public, core.authenticated, core.requires("admin")]


@pytest.mark.control("Z1")
@pytest.mark.parametrize("outer", RULES)
@pytest.mark.parametrize("inner", RULES)
def test_a_second_rule_is_refused(inner: Callable[..., Any], outer: Callable[..., Any]) -> None:
    def delete_all() -> str:
        return "deleted"

    if inner is outer:
        assert outer(inner(delete_all)) is delete_all
    else:
        with pytest.raises(core.ConfigurationError, match="delete_all has two access rules"):
            outer(inner(delete_all))


@pytest.mark.control("Z1")
@pytest.mark.parametrize("declare", [core.requires("admin"), core.body(Schema), core.query(Schema)])
def test_a_declaration_of_a_method_of_a_class_is_refused(
    serve: Serve, blueprint: Blueprint, declare: Callable[..., Any]
) -> None:
    class Orders(MethodView):
        decorators = (core.public,)

        @declare
        def delete(self, **_: Any) -> str:
            return "deleted"

    blueprint.add_url_rule("/orders", view_func=Orders.as_view("orders"))
    with pytest.raises(core.ConfigurationError, match=r"Orders\.delete is a method: declare it in `decorators`"):
        serve()


def test_a_rule_of_a_class_applies_to_its_methods(serve: Serve, blueprint: Blueprint) -> None:
    class Orders(MethodView):
        decorators = (core.public,)

        @core.response(None, 204)
        def delete(self) -> None:
            """Delete nothing."""

    blueprint.add_url_rule("/orders", view_func=Orders.as_view("orders"))
    assert serve().delete("/orders", base_url="https://localhost").status_code == 204


def test_a_route_without_a_view_needs_no_rule(serve: Serve, blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/old", "old", redirect_to="/new")
    response = serve().get("/old", base_url="https://localhost")
    assert (response.status_code, response.headers["Location"]) == (308, "https://localhost/new")
