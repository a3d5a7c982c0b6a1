"""The middleware: security headers, request ids, allowed hosts and HTTPS."""

from collections.abc import Callable

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, TestResponse

from tests.core.views import Serve, serve

__all__ = ["serve"]

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
PROBES = "/api/v1/probes"
URL = "https://localhost"


def responses(caller: FlaskClient, anonymous: FlaskClient) -> dict[int, TestResponse]:
    """Return one response of each status."""
    return {
        response.status_code: response
        for response in (
            caller.get(PROBES),
            anonymous.get(PROBES),
            caller.get("/nothing"),
            caller.put(PROBES),
            caller.get(PROBES, headers={"Host": "example.org"}, base_url="https://example.org"),
            caller.post(PROBES, data="{", content_type="application/json"),
        )
    }


@pytest.mark.control("T4", "E3")
def test_every_response_has_each_security_header_once(caller: MakeCaller, client: FlaskClient) -> None:
    for status, response in responses(caller(), client).items():
        headers = response.headers
        assert headers.getlist("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"], status
        assert headers.getlist("X-Content-Type-Options") == ["nosniff"]
        assert headers.getlist("Content-Security-Policy") == ["default-src 'none'; frame-ancestors 'none'"]
        assert headers.getlist("Referrer-Policy") == ["no-referrer"]
        assert headers.getlist("Cache-Control") == ["no-store"]
        assert headers.getlist("Cross-Origin-Resource-Policy") == ["same-origin"]
        assert headers.getlist("Cross-Origin-Opener-Policy") == ["same-origin"]
        assert len(headers.getlist("Permissions-Policy")) == 1
        assert len(headers.getlist("X-Request-ID")) == 1


def test_the_responses_have_all_expected_statuses(caller: MakeCaller, client: FlaskClient) -> None:
    assert set(responses(caller(), client)) == {200, 400, 401, 404, 405}


def test_a_response_without_a_body_has_no_content_type(caller: MakeCaller) -> None:
    me = caller()
    probe_id = me.post(PROBES, json={"name": "Lamp"}).json["id"]
    deleted = me.delete(f"{PROBES}/{probe_id}")
    assert deleted.status_code == 204
    options = me.options(PROBES)
    assert options.data == b""
    assert "GET" in options.headers["Allow"]
    assert "Content-Type" not in deleted.headers
    assert "Content-Type" not in options.headers
    assert me.head(PROBES).headers["Content-Type"] == "application/json"


@pytest.mark.control("T2", "T3", "T4")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_plain_http_behind_a_proxy_is_rejected_without_a_redirect(
    make_app: MakeApp, caller: MakeCaller, method: str
) -> None:
    app = make_app(server_tls="false", server_trusted_proxies="1")
    rejected = caller(app=app).open(PROBES, method=method, base_url="http://localhost")
    assert rejected.status_code == 403
    assert "Location" not in rejected.headers
    assert "Strict-Transport-Security" not in rejected.headers
    assert rejected.json["type"] == "/problems/insecure-transport"


@pytest.mark.control("T2")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_health_check_works_over_plain_http_with_any_host_and_returns_no_body(make_app: MakeApp, path: str) -> None:
    app = make_app(server_tls="false", server_trusted_proxies="1")
    response = app.test_client().get(path, base_url="http://10.0.0.7:8443")
    assert response.status_code == 200
    assert response.data == b""


def test_a_request_that_a_proxy_received_over_https_is_served(make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(server_tls="false", server_trusted_proxies="1")
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    assert caller(app=app).get("/api/v1/me", base_url="http://localhost", headers=headers).status_code == 200


@pytest.mark.control("H3")
@pytest.mark.parametrize("host", ["example.org", "localhost.example.org", "localhost@example.org", "x" * 300, "[::2]"])
def test_another_host_is_rejected_and_not_reflected(client: FlaskClient, host: str) -> None:
    rejected = client.get("/api/v1/me", headers={"Host": host})
    assert rejected.status_code == 400
    assert host not in rejected.get_data(as_text=True)
    assert host not in str(rejected.headers)


@pytest.mark.control("H3")
@pytest.mark.parametrize("sent", ["short", "has blank", "ümlaut-umlaut", "x" * 65, 'quo"te-quote', "a\tb-a\tb-a\tb"])
def test_a_malformed_request_id_is_replaced(client: FlaskClient, sent: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": sent}).headers["X-Request-ID"] != sent


def test_a_well_formed_request_id_is_kept(client: FlaskClient) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": "job-42.retry_1"})
    assert response.headers["X-Request-ID"] == "job-42.retry_1"


@pytest.mark.control("R7")
def test_a_response_over_a_limit_closes_its_connection(make_app: MakeApp) -> None:
    client = make_app(limits_address="1/minute").test_client()
    first, second = client.get("/api/v1/me"), client.get("/api/v1/me")
    assert (first.status_code, second.status_code) == (401, 429)
    assert "Connection" not in first.headers
    assert second.headers.getlist("Connection") == ["close"]


@pytest.mark.parametrize(("size", "joined"), [(64 * 1024, True), (64 * 1024 + 1, False)])
def test_a_small_body_reaches_the_server_in_one_piece_and_a_large_one_is_not_kept_in_memory(
    serve: Serve, size: int, *, joined: bool
) -> None:
    def pieces() -> Response:
        """Return a body of two pieces and a known length."""
        return Response([b"x" * (size - 1), b"y"], headers={"Content-Length": str(size)})

    client = serve(pieces)
    body = client.application.wsgi_app(EnvironBuilder("/pieces", URL).get_environ(), lambda *_: lambda _: None)
    assert isinstance(body, list) == joined
    assert b"".join(body) == b"x" * (size - 1) + b"y"


def test_an_error_in_a_body_of_known_length_is_a_500(serve: Serve) -> None:
    def broken() -> Response:
        """Return a body that fails."""
        return Response((b"x" * (1 // length) for length in (1, 0)), headers={"Content-Length": "2"})

    response = serve(broken).get("/broken")
    assert (response.status_code, response.content_type) == (500, "application/problem+json")
    assert "Traceback" not in response.text
