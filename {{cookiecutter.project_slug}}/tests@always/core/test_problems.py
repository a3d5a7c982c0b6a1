"""Every error is a problem document (RFC 9457) that contains nothing internal."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]


@pytest.mark.control("E1")
@pytest.mark.parametrize("accept", ["application/json", "text/html", "image/png", "*/*", "application/xml;q=0.9", "@"])
@pytest.mark.parametrize("path", ["/nothing", "/api/v1/me", "/api/v1/probes/x"])
def test_an_error_is_problem_json_for_every_accept_header(client: FlaskClient, accept: str, path: str) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code >= 400
    assert response.mimetype == "application/problem+json"
    assert response.json["status"] == response.status_code
    assert response.json["instance"] == path
    assert response.json["request_id"] == response.headers["X-Request-ID"]


@pytest.mark.control("E1")
def test_the_type_of_a_problem_is_the_path_of_its_explanation(service: ModuleType, client: FlaskClient) -> None:
    for name, problem_type in service.core.problems.PROBLEM_TYPES.items():
        response = client.get(f"/problems/{name}")
        assert response.status_code == 200
        assert response.json["status"] == problem_type.status
        assert response.json["title"] == problem_type.title


@pytest.mark.control("E1")
def test_an_unexpected_exception_is_a_500_without_details(make_app: MakeApp, service: ModuleType) -> None:
    app = make_app()

    @service.core.declare.public
    def broken() -> None:
        raise RuntimeError("internal: password=hunter2")

    app.add_url_rule("/broken", view_func=broken)
    service.core.pipeline.check(app)
    response = app.test_client().get("/broken")
    assert response.status_code == 500
    assert response.mimetype == "application/problem+json"
    assert "hunter2" not in response.get_data(as_text=True)
    assert "Traceback" not in response.get_data(as_text=True)


@pytest.mark.control("E1")
def test_an_error_keeps_its_protocol_headers(client: FlaskClient) -> None:
    response = client.put("/api/v1/probes")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
