"""A message of an owner's validation reaches the client, in each form that marshmallow accepts."""

from typing import Any

import pytest
from flask import Blueprint
from marshmallow import Schema, ValidationError, fields, validates_schema

from tests.core.declare.calls import call
from tests.core.declare.conftest import Serve
from tests.core.package import core


class MachineSchema(Schema):
    """A machine, or a search for machines."""

    price = fields.Integer()

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        """Reject every machine."""
        raise ValidationError({"price": "Too high."})


@pytest.fixture
def client(serve: Serve, blueprint: Blueprint) -> Any:
    """A client of a service with a view that has a body and one that has a query."""

    @blueprint.post("/machines")
    @core.public
    @core.body(MachineSchema)
    def create(body: dict[str, Any]) -> str:
        raise AssertionError

    @blueprint.get("/machines")
    @core.public
    @core.query(MachineSchema)
    def search(query: dict[str, Any]) -> str:
        raise AssertionError

    return serve()


def test_the_message_of_a_field_may_be_a_string(client: Any) -> None:
    rejected = call(client, "/machines", json={"price": 5})
    assert rejected.json["errors"] == [{"pointer": "#/price", "detail": "Too high."}]


def test_the_message_of_a_parameter_may_be_a_string(client: Any) -> None:
    rejected = call(client, "/machines?price=5", "GET")
    assert rejected.json["errors"] == [{"parameter": "price", "detail": "Too high."}]


@pytest.mark.parametrize("message", [{"a": {"code": 7}}, {"price": {0: ["No."]}}, {"price": 7}])
def test_a_message_of_any_form_rejects_the_request(serve: Serve, blueprint: Blueprint, message: Any) -> None:
    class Search(Schema):
        price = fields.Integer()

        @validates_schema
        def check(self, data: dict[str, Any], **_: Any) -> None:
            raise ValidationError(message)

    @blueprint.route("/searches", methods=["GET"])
    @core.public
    @core.query(Search)
    def search(query: dict[str, Any]) -> str:
        raise AssertionError

    @blueprint.post("/searches")
    @core.public
    @core.body(Search)
    def create(body: dict[str, Any]) -> str:
        raise AssertionError

    client = serve()
    assert call(client, "/searches?price=5", "GET").status_code == 400
    assert call(client, "/searches", json={"price": 5}).status_code == 422
