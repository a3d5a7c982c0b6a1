"""Bodies with nested schemas: they are validated at any depth, and the OpenAPI document describes them."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint
from flask.testing import FlaskClient
from marshmallow import Schema, fields

from tests.core.declare.calls import call, document

Serve = Callable[..., FlaskClient]


class Part(Schema):
    """A nested schema."""

    name = fields.String(required=True, metadata={"examples": ["bolt"]})
    color = fields.String()
    parts = fields.List(fields.Nested(lambda: Part()))


class Machine(Schema):
    """A body with nested schemas."""

    label = fields.String(required=True, metadata={"examples": ["press"]})
    parts = fields.List(fields.Nested(Part), required=True)
    spare = fields.Nested(Part)


class Workshop(Schema):
    """A body that nests another body."""

    machines = fields.List(fields.Nested(Machine), required=True)


class CreatedMachine(Schema):
    """A response with a nested schema of its own."""

    label = fields.String()
    made_of = fields.Nested(lambda: Bolt())


class Bolt(Schema):
    """A schema that appears in responses only."""

    size = fields.Integer()


@pytest.fixture
def machines(service: ModuleType, blueprint: Blueprint, serve: Serve) -> FlaskClient:
    """A client of a service with nested bodies: one object, an array of objects, and a partial object."""
    declare = service.core.declare

    @blueprint.post("/machine")
    @declare.public
    @declare.body(Machine)
    @declare.response(CreatedMachine, 201)
    def create(body: dict[str, Any]) -> dict[str, Any]:
        """Create a machine."""
        return {"label": body["label"], "made_of": {"size": len(body["parts"])}}

    @blueprint.post("/machines")
    @declare.public
    @declare.body(Machine, many=True)
    @declare.response(CreatedMachine)
    def create_many(body: list[dict[str, Any]]) -> dict[str, Any]:
        """Create machines."""
        return {"label": ", ".join(machine["label"] for machine in body)}

    @blueprint.post("/workshop")
    @declare.public
    @declare.body(Workshop)
    @declare.response(None, 204)
    def equip(body: dict[str, Any]) -> None:
        """Create the machines of a workshop."""

    @blueprint.patch("/machine")
    @declare.public
    @declare.body(Machine, partial=True)
    @declare.response(None, 204)
    def change(body: dict[str, Any]) -> None:
        """Change a machine."""

    return serve()


def test_nested_and_repeated_bodies_are_validated(machines: FlaskClient) -> None:
    press = {"label": "press", "parts": [{"name": "bolt"}]}
    assert call(machines, "/machine", json=press).json == {"label": "press", "made_of": {"size": 1}}
    assert call(machines, "/machines", json=[press, press]).json == {"label": "press, press"}
    assert call(machines, "/machine", "PATCH", json={}).status_code == 204


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/machine", {"label": "press", "parts": [{"name": "bolt"}, {}]}, "#/parts/1/name"),
        ("/machine", {"label": "press", "parts": [], "spare": {"name": 1}}, "#/spare/name"),
        ("/machines", [{"label": "press", "parts": []}, {"parts": []}], "#/1/label"),
        ("/machines", [1], "#/0"),
        ("/machines", {}, "#"),
        ("/machine", [], "#"),
        ("/workshop", {"machines": [{"label": "press", "parts": [{}]}]}, "#/machines/0/parts/0/name"),
    ],
)
def test_an_invalid_field_is_named_at_any_depth(machines: FlaskClient, path: str, body: Any, pointer: str) -> None:
    rejected = call(machines, path, json=body)
    assert rejected.status_code == 422
    assert [error["pointer"] for error in rejected.json["errors"]] == [pointer]


def test_the_document_describes_nested_and_repeated_bodies(machines: FlaskClient) -> None:
    described = document(machines)
    schemas = described["components"]["schemas"]
    assert schemas["Machine"]["required"] == ["label", "parts"]
    assert schemas["Part"]["required"] == ["name"]
    assert "required" not in schemas["PartialMachine"]
    assert schemas["Workshop"]["properties"]["machines"]["items"] == {"$ref": "#/components/schemas/Machine"}
    one = described["paths"]["/machine"]["post"]["requestBody"]["content"]["application/json"]
    many = described["paths"]["/machines"]["post"]["requestBody"]["content"]["application/json"]
    example = {"label": "press", "parts": [{"name": "bolt"}], "spare": {"name": "bolt"}}
    assert one == {"schema": {"$ref": "#/components/schemas/Machine"}, "example": example}
    assert many["schema"] == {"type": "array", "items": {"$ref": "#/components/schemas/Machine"}}
    assert many["example"] == [example]
    assert call(machines, "/machine", json=one["example"]).status_code == 201
    assert call(machines, "/machines", json=many["example"]).status_code == 200


def test_a_response_has_all_fields_at_any_depth(machines: FlaskClient) -> None:
    schemas = document(machines)["components"]["schemas"]
    assert (schemas["CreatedMachine"]["required"], schemas["Bolt"]["required"]) == (["label", "made_of"], ["size"])
