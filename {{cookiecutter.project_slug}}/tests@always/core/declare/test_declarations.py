"""What a view declares is enforced, and appears in the OpenAPI document and in ``flask policy``."""

import json
from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Blueprint, Response, request
from flask.testing import FlaskClient

from tests.core.declare.calls import call, document

Serve = Callable[..., FlaskClient]


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
