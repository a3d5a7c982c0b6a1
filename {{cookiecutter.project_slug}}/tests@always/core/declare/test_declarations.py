"""What a view declares is enforced, and appears in the OpenAPI document and in ``flask policy``."""

import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, request
from flask.testing import FlaskClient
from marshmallow import Schema, fields

from tests.core.package import OWN_SETTINGS
from tests.core.registry import registered

Serve = Callable[..., FlaskClient]
URL = "https://localhost"


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
def blueprint() -> Blueprint:
    """A blueprint for the views of a test."""
    return Blueprint("machines", "tests.core.declare.test_declarations")


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


def call(client: FlaskClient, path: str, method: str = "POST", **options: Any) -> Any:
    """Call a path over HTTPS."""
    return client.open(path, method=method, base_url=URL, **options)


def document(client: FlaskClient) -> dict[str, Any]:
    """Return the OpenAPI document."""
    read: dict[str, Any] = call(client, "/openapi.json", "GET").json
    return read


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


def test_a_view_reads_a_raw_body_and_query_and_declares_any_media_type(
    service: ModuleType, blueprint: Blueprint, serve: Serve
) -> None:
    declare = service.core.declare

    @blueprint.post("/report")
    @declare.public
    @declare.raw_query
    @declare.raw_body("text/csv")
    @declare.produces("text/csv", headers=("Content-Disposition",))
    def report() -> Response:
        """Return the report."""
        return Response(request.get_data() + request.query_string, mimetype="text/csv")

    @blueprint.get("/page")
    @declare.public
    @declare.produces("text/html", documented=False)
    def page() -> Response:
        """Return a page."""
        return Response("<!doctype html>", mimetype="text/html")

    client = serve()
    echoed = call(client, "/report?a=1&a=2", data=b"x,y\n", content_type="text/csv", headers={"Accept": "text/csv"})
    assert (echoed.status_code, echoed.data) == (200, b"x,y\na=1&a=2")
    assert call(client, "/report", headers={"Accept": "application/json"}).status_code == 406
    described = document(client)
    assert "/page" not in described["paths"]
    operation = described["paths"]["/report"]["post"]
    assert operation["requestBody"]["content"] == {"text/csv": {"schema": {"type": "string"}}}
    assert operation["responses"]["200"]["content"] == {"text/csv": {"schema": {"type": "string"}}}
    assert "Content-Disposition" in operation["responses"]["200"]["headers"]
    policy = json.loads(client.application.test_cli_runner().invoke(args=["policy", "--json"]).output)
    assert [row["body"] for row in policy if row["path"] == "/report"] == ["text/csv"]


def test_the_service_adds_a_problem_type(service: ModuleType, blueprint: Blueprint, serve: Serve) -> None:
    declare, problems = service.core.declare, service.core.problems

    @blueprint.get("/upstream")
    @declare.public
    @declare.errors("bad-gateway")
    @declare.response(None, 204)
    def upstream() -> None:
        """Call the upstream service."""
        raise problems.Problem("bad-gateway", "The upstream service responded with 500.")

    meaning = "Another service failed."
    client = serve(problem_types={"bad-gateway": problems.ProblemType(502, "Bad gateway", meaning)})
    failed = call(client, "/upstream", "GET")
    assert (failed.status_code, failed.json["title"]) == (502, "Bad gateway")
    assert failed.json["detail"] == "The upstream service responded with 500."
    assert call(client, failed.json["type"], "GET").json["meaning"] == meaning
    described = document(client)
    assert described["paths"]["/upstream"]["get"]["responses"]["502"] == {"$ref": "#/components/responses/BadGateway"}
    assert described["components"]["responses"]["BadGateway"]["description"] == meaning


def test_an_unknown_problem_type_prevents_startup(service: ModuleType, blueprint: Blueprint, serve: Serve) -> None:
    view = service.core.declare.public(service.core.declare.errors("bad-gatway")(lambda: ""))
    blueprint.add_url_rule("/upstream", view_func=view, endpoint="upstream")
    with pytest.raises(service.core.settings.ConfigurationError, match="unknown problem type 'bad-gatway'"):
        serve()


@pytest.mark.parametrize(("name", "status"), [("not-found", 404), ("moved", 301), ("odd", 499)])
def test_an_invalid_problem_type_is_rejected(service: ModuleType, serve: Serve, name: str, status: int) -> None:
    with pytest.raises(ValueError, match=r"problem type|HTTPStatus"):
        serve(problem_types={name: service.core.problems.ProblemType(status, "Title", "Meaning.")})


@pytest.mark.control("C2")
def test_cors_allows_the_methods_of_all_routes(
    service: ModuleType, blueprint: Blueprint, serve: Serve, environ: dict[str, str]
) -> None:
    blueprint.add_url_rule(
        "/machine", view_func=service.core.declare.public(lambda: ""), endpoint="put", methods=["PUT"]
    )
    environ["APP_CORS_ORIGINS"] = "https://shop.example"
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "PUT"}
    allowed = call(serve(), "/machine", "OPTIONS", headers=headers).headers["Access-Control-Allow-Methods"]
    assert "PUT" in allowed.split(", ")
    assert "HEAD" not in allowed
