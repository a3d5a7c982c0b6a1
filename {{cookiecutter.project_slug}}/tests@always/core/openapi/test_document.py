"""The OpenAPI document describes what the views declare."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.registry import registered

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    """The document, as the service returns it to anyone."""
    response = client.get("/openapi.json")
    assert response.status_code == 200
    document: dict[str, Any] = response.get_json()
    return document


def test_the_settings_determine_its_title_and_contact(make_app: MakeApp, service: ModuleType) -> None:
    app = make_app(service_name="Tea", service_description="Pours.", service_security_contact="mailto:a@tea.example")
    info = service.core.openapi.document(app)["info"]
    assert (info["title"], info["description"]) == ("Tea", "Pours.")
    assert info["contact"] == {"name": "Tea", "email": "a@tea.example"}
    app = make_app(service_name="Tea", service_security_contact="https://tea.example/report")
    assert service.core.openapi.document(app)["info"]["contact"] == {"name": "Tea", "url": "https://tea.example/report"}


def test_it_contains_every_operation_of_the_api(app: Flask, document: dict[str, Any]) -> None:
    paths = {rule.rule.replace("<", "{").replace(">", "}") for rule in app.url_map.iter_rules()}
    assert {path for path in paths if path.startswith("/api/")} <= set(document["paths"])


def test_an_operation_describes_the_scope_that_it_requires(document: dict[str, Any], app: Flask) -> None:
    sentence = registered(app, "Scopes")["probes:write"]
    description = document["paths"]["/api/v1/probes"]["post"]["description"]
    assert description.endswith(f"\n\nRequires the scope `probes:write`: {sentence}.")


def test_every_tag_is_described_and_readable(document: dict[str, Any]) -> None:
    used = {tag for path in document["paths"].values() for operation in path.values() for tag in operation["tags"]}
    assert used == {tag["name"] for tag in document["tags"]}
    assert not any("_" in tag for tag in used)


def test_each_operation_has_a_unique_id_and_a_description(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    assert all(operation["summary"] and operation["description"] for operation in operations)


@pytest.mark.control("Z4")
def test_it_requires_a_credential_where_the_service_does(client: FlaskClient, document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            status = client.open(path, method=method.upper()).status_code
            assert (status == 401) == bool(operation["security"]), (method, path)


def test_it_describes_every_member_of_a_problem(make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(limits_unknown_paths="1/minute")
    reader = caller("probes:read", app=app)
    responses = [
        reader.post("/api/v1/probes", json={"name": "x"}),
        caller(app=app).post("/api/v1/probes", json={}),
        reader.get("/api/v1/probes?colour=red"),
        *(app.test_client().get("/nothing") for _ in range(2)),
    ]
    assert [response.status_code for response in responses] == [403, 422, 400, 404, 429]
    described = app.test_client().get("/openapi.json").json["components"]["schemas"]["Problem"]["properties"]
    for response in responses:
        assert set(response.json) <= set(described)
    assert described["violated-policies"]["type"] == "array"


def test_patterns_are_ascii(document: dict[str, Any]) -> None:
    """JavaScript and .NET compile a pattern as UTF-16, in which a range beyond U+FFFF is out of order."""

    def patterns(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from (value for name, value in node.items() if name == "pattern" and isinstance(value, str))
        for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from patterns(value)

    found = list(patterns(document))
    assert found
    assert all(pattern.isascii() for pattern in found)


def test_the_command_writes_and_prints_the_same_document(app: Flask, document: dict[str, Any], tmp_path: Path) -> None:
    written = tmp_path / "openapi.json"
    assert app.test_cli_runner().invoke(args=["openapi", str(written)]).exit_code == 0
    assert json.loads(written.read_text("utf-8")) == document
    assert json.loads(app.test_cli_runner().invoke(args=["openapi"]).stdout) == document


def test_the_command_names_a_file_that_it_cannot_write(app: Flask, tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "openapi.json"
    failed = app.test_cli_runner().invoke(args=["openapi", str(missing)])
    assert failed.exit_code == 1
    assert str(missing) in failed.stderr
