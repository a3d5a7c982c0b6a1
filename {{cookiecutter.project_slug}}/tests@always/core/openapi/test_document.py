"""The OpenAPI document says what the views declare, and changes where a reviewer sees it."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    """The document as anyone can read it."""
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    read: dict[str, Any] = answer.get_json()
    return read


def test_it_is_named_as_the_service_is(make_app: MakeApp, service: ModuleType) -> None:
    app = make_app(service_name="Tea", service_description="Pours.", service_security_contact="mailto:a@tea.example")
    info = service.core.openapi.document(app)["info"]
    assert (info["title"], info["description"]) == ("Tea", "Pours.")
    assert info["contact"] == {"name": "Tea", "email": "a@tea.example"}
    app = make_app(service_name="Tea", service_security_contact="https://tea.example/report")
    assert service.core.openapi.document(app)["info"]["contact"] == {"name": "Tea", "url": "https://tea.example/report"}


def test_every_operation_of_the_api_is_in_it(app: Flask, document: dict[str, Any]) -> None:
    paths = {rule.rule.replace("<", "{").replace(">", "}") for rule in app.url_map.iter_rules()}
    assert {path for path in paths if path.startswith("/api/")} <= set(document["paths"])


def test_the_tags_are_words(document: dict[str, Any]) -> None:
    used = {tag for path in document["paths"].values() for operation in path.values() for tag in operation["tags"]}
    assert used == {tag["name"] for tag in document["tags"]}
    assert not any("_" in tag for tag in used)


def test_each_operation_is_named_once_and_explained(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    assert all(operation["summary"] and operation["description"] for operation in operations)


@pytest.mark.control("Z4")
def test_it_asks_for_a_credential_where_the_service_does(client: FlaskClient, document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            status = client.open(path, method=method.upper()).status_code
            assert (status == 401) == bool(operation["security"]), (method, path)


def test_it_describes_every_member_of_a_problem(make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(limits_unknown_paths="1/minute")
    reader = caller("probes:read", app=app)
    answers = [
        reader.post("/api/v1/probes", json={"name": "x"}),
        caller(app=app).post("/api/v1/probes", json={}),
        reader.get("/api/v1/probes?colour=red"),
        *(app.test_client().get("/nothing") for _ in range(2)),
    ]
    assert [answer.status_code for answer in answers] == [403, 422, 400, 404, 429]
    described = app.test_client().get("/openapi.json").json["components"]["schemas"]["Problem"]["properties"]
    for answer in answers:
        assert set(answer.json) <= set(described)
    assert described["violated-policies"]["type"] == "array"


def test_the_command_writes_what_the_service_serves(app: Flask, document: dict[str, Any], tmp_path: Path) -> None:
    written = tmp_path / "openapi.json"
    assert app.test_cli_runner().invoke(args=["openapi", str(written)]).exit_code == 0
    assert json.loads(written.read_text("utf-8")) == document
    assert json.loads(app.test_cli_runner().invoke(args=["openapi"]).stdout) == document


def test_a_file_that_cannot_be_written_is_named(app: Flask, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "openapi.json"
    refused = app.test_cli_runner().invoke(args=["openapi", str(nowhere)])
    assert refused.exit_code == 1
    assert str(nowhere) in refused.stderr
