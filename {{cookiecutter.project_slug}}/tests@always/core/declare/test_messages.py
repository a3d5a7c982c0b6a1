"""A message of an owner's validation reaches the client, in each form that marshmallow accepts."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint
from marshmallow import Schema, ValidationError, fields, validates_schema

from tests.core.declare.calls import call
from tests.core.declare.conftest import Serve
from tests.core.package import core


@pytest.fixture
def reject(serve: Serve, blueprint: Blueprint) -> Callable[[Any], Any]:
    """Return a client of a service that rejects each body and each query with a message."""

    def reject(message: Any) -> Any:
        class MachineSchema(Schema):
            """A machine, or a search for machines."""

            price = fields.Integer()

            @validates_schema
            def check(self, data: dict[str, Any], **_: Any) -> None:
                raise ValidationError(message)

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

    return reject


def test_the_message_of_a_field_may_be_a_string(reject: Callable[[Any], Any]) -> None:
    rejected = call(reject({"price": "Too high."}), "/machines", json={"price": 5})
    assert rejected.json["errors"] == [{"pointer": "#/price", "detail": "Too high."}]


def test_the_message_of_a_parameter_may_be_a_string(reject: Callable[[Any], Any]) -> None:
    rejected = call(reject({"price": "Too high."}), "/machines?price=5", "GET")
    assert rejected.json["errors"] == [{"parameter": "price", "detail": "Too high."}]


@pytest.mark.parametrize("message", [{"a": {"code": 7}}, {"price": {0: ["No."]}}, {"price": 7}])
def test_a_message_of_any_form_rejects_the_request(reject: Callable[[Any], Any], message: Any) -> None:
    client = reject(message)
    assert call(client, "/machines?price=5", "GET").status_code == 400
    assert call(client, "/machines", json={"price": 5}).status_code == 422
