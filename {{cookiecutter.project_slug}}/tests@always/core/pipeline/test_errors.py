"""Every error is a problem document, and tells nothing of the inside."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


@pytest.mark.control("E1")
@pytest.mark.parametrize("accept", ["application/json", "text/html", "image/png", "*/*", "application/xml;q=0.9", "@"])
@pytest.mark.parametrize("path", ["/nothing", "/api/v1/me", "/api/v1/probes/x"])
def test_an_error_is_problem_json_whatever_accept_says(client: FlaskClient, accept: str, path: str) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code >= 400
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == answer.status_code
    assert answer.json["instance"] == path
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.control("E1")
def test_the_type_of_a_problem_leads_to_its_meaning(service: ModuleType, client: FlaskClient) -> None:
    for name, kind in service.core.problems.PROBLEM_TYPES.items():
        told = client.get(f"/problems/{name}")
        assert told.status_code == 200
        assert told.json["status"] == kind.status
        assert told.json["title"] == kind.title


@pytest.mark.control("E1")
def test_an_unexpected_exception_is_500_and_tells_nothing(make_app: MakeApp, service: ModuleType) -> None:
    app = make_app()

    @service.core.declare.public
    def broken() -> None:
        raise RuntimeError("the inside: password=hunter2")

    app.add_url_rule("/broken", view_func=broken)
    service.core.pipeline.check(app)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert "hunter2" not in answer.get_data(as_text=True)
    assert "Traceback" not in answer.get_data(as_text=True)


@pytest.mark.control("E1")
def test_protocol_headers_of_an_error_are_kept(client: FlaskClient) -> None:
    answer = client.put("/api/v1/probes")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.control("H2")
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "PROPFIND", "X" * 100])
def test_an_unknown_method_is_405(caller: MakeCaller, method: str) -> None:
    assert caller().open("/api/v1/probes", method=method).status_code == 405


@pytest.mark.control("H2")
@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_override_is_ignored(caller: MakeCaller, name: str) -> None:
    me = caller()
    address = me.post("/api/v1/probes", json={"name": "x"}).headers["Location"]
    assert me.get(address, headers={name: "DELETE"}).status_code == 200
    assert me.get(address, query_string={"_method": "DELETE"}).status_code == 400
    assert me.get(address).status_code == 200


@pytest.mark.control("E4")
@pytest.mark.parametrize(
    "path", ["/.git/config", "/.env", "/console", "/static/", "/settings.toml", "/../.env", "/%2e%2e/.env", "//"]
)
def test_no_file_and_no_console_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0, text/html", "application/xml;charset=utf-8"])
def test_an_answer_that_json_cannot_be_is_406(caller: MakeCaller, accept: str) -> None:
    refused = caller().get("/api/v1/probes", headers={"Accept": accept})
    assert refused.status_code == 406


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/api/v1/probes", "application/json;charset=utf-8"),
        ("/api/v1/probes", 'text/html, application/json ; profile="x";q=0.5'),
        ("/api/v1/probes", "application/*"),
        ("/metrics", "text/plain"),
        ("/metrics", "text/plain;version=0.0.4"),
        ("/metrics", "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5"),
        ("/docs", "text/html"),
        ("/docs/swagger-ui.css", "text/css"),
        ("/docs/swagger-ui-bundle.js", "application/javascript"),
        ("/docs/favicon-32x32.png", "image/avif,image/png"),
    ],
)
def test_a_media_type_is_taken_whatever_its_parameters(
    make_app: MakeApp, caller: MakeCaller, environ: dict[str, str], path: str, accept: str
) -> None:
    client = caller(app=make_app(docs_enabled="true"))
    token = {"Authorization": f"Bearer {environ['APP_METRICS_TOKEN']}"} if path == "/metrics" else {}
    assert client.get(path, headers={"Accept": accept, **token}).status_code == 200


@pytest.mark.control("D2")
def test_security_txt_has_a_contact_and_expires_within_a_year(client: FlaskClient) -> None:
    told = client.get("/.well-known/security.txt")
    assert told.status_code == 200
    assert told.mimetype == "text/plain"
    fields = dict(line.split(": ", 1) for line in told.get_data(as_text=True).splitlines())
    assert fields["Contact"].startswith(("mailto:", "https:"))
    assert "Expires" in fields
