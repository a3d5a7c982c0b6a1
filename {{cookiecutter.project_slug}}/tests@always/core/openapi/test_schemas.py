"""Schemas of the service in the document: their names, their examples and their numbers."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Blueprint
from marshmallow import Schema, fields, validate

from tests.core.declare.calls import document
from tests.core.declare.conftest import blueprint, serve
from tests.core.package import core

__all__ = ["blueprint", "serve"]
Serve = Callable[..., Any]


class Tag(Schema):
    """A part of an order, of which requests contain only the name."""

    name = fields.String(required=True, metadata={"examples": ["gift"]})
    color = fields.String(required=True, metadata={"examples": ["red"]})


class NewOrder(Schema):
    """An order."""

    unit_price = fields.Decimal(
        data_key="unitPrice",
        required=True,
        validate=validate.Range(min=Decimal("0.1")),
        metadata={"examples": [4.5]},
    )
    note = fields.String(metadata={"examples": ["fragile"]})
    tag = fields.Pluck(Tag, "name")


def other_package() -> type[Schema]:
    """Return a schema of the same name, as in another package."""

    class NewOrder(Schema):
        note = fields.String(metadata={"examples": ["urgent"]})

    return NewOrder


def declare(blueprint: Blueprint, path: str, schema: type[Schema]) -> None:
    """Add a view with this body."""

    @core.public
    @core.body(schema)
    @core.produces("text/plain")
    def create(body: dict[str, Any]) -> str:
        return ""

    blueprint.add_url_rule(path, path.strip("/"), create, methods=["POST"])


def test_the_example_of_a_body_has_the_names_that_clients_send(serve: Serve, blueprint: Blueprint) -> None:
    declare(blueprint, "/orders", NewOrder)
    content = document(serve())["paths"]["/orders"]["post"]["requestBody"]["content"]["application/json"]
    assert content["example"] == {"unitPrice": 4.5, "note": "fragile"}


def test_a_limit_that_is_a_decimal_is_a_number(serve: Serve, blueprint: Blueprint) -> None:
    declare(blueprint, "/orders", NewOrder)
    assert document(serve())["components"]["schemas"]["NewOrder"]["properties"]["unitPrice"]["minimum"] == 0.1


@pytest.mark.filterwarnings("ignore:Multiple schemas")
def test_two_request_schemas_of_one_name_keep_their_optional_fields(serve: Serve, blueprint: Blueprint) -> None:
    declare(blueprint, "/orders", NewOrder)
    declare(blueprint, "/others", other_package())
    schemas = document(serve())["components"]["schemas"]
    assert schemas["NewOrder"]["required"] == ["unitPrice"]
    assert "required" not in schemas["NewOrder1"]
