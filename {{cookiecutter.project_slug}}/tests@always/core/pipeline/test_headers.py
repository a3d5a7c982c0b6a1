"""The headers that every answer carries, whatever it is."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


def answers(caller: FlaskClient, stranger: FlaskClient) -> dict[int, TestResponse]:
    """Return an answer of each kind, by status."""
    return {
        answer.status_code: answer
        for answer in (
            caller.get("/api/v1/probes"),
            stranger.get("/api/v1/probes"),
            caller.get("/nothing-here"),
            caller.put("/api/v1/probes"),
            caller.get("/api/v1/probes", headers={"Host": "example.org"}, base_url="https://example.org"),
            caller.post("/api/v1/probes", data="{", content_type="application/json"),
        )
    }


@pytest.mark.control("T4", "E3")
def test_every_answer_carries_each_security_header_once(caller: MakeCaller, client: FlaskClient) -> None:
    for status, answer in answers(caller(), client).items():
        headers = answer.headers
        assert headers.getlist("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"], status
        assert headers.getlist("X-Content-Type-Options") == ["nosniff"]
        assert headers.getlist("Content-Security-Policy") == ["default-src 'none'; frame-ancestors 'none'"]
        assert headers.getlist("Referrer-Policy") == ["no-referrer"]
        assert headers.getlist("Cache-Control") == ["no-store"]
        assert headers.getlist("Cross-Origin-Resource-Policy") == ["same-origin"]
        assert headers.getlist("Cross-Origin-Opener-Policy") == ["same-origin"]
        assert len(headers.getlist("Permissions-Policy")) == 1
        assert len(headers.getlist("X-Request-ID")) == 1


def test_the_answers_cover_every_kind(caller: MakeCaller, client: FlaskClient) -> None:
    assert set(answers(caller(), client)) == {200, 400, 401, 404, 405}


def test_an_answer_without_a_body_has_no_type(caller: MakeCaller) -> None:
    me = caller()
    made = me.post("/api/v1/probes", json={"name": "Lamp"}).json["id"]
    gone = me.delete(f"/api/v1/probes/{made}")
    assert gone.status_code == 204
    allowed = me.options("/api/v1/probes")
    assert allowed.data == b""
    assert "GET" in allowed.headers["Allow"]
    assert "Content-Type" not in gone.headers
    assert "Content-Type" not in allowed.headers
    assert me.head("/api/v1/probes").headers["Content-Type"] == "application/json"


@pytest.mark.control("T2", "T3", "T4")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_plain_http_behind_a_proxy_is_refused_without_a_redirect(
    make_app: MakeApp, caller: MakeCaller, method: str
) -> None:
    app = make_app(server_tls="false", server_trusted_proxies="1")
    refused = caller(app=app).open("/api/v1/probes", method=method, base_url="http://localhost")
    assert refused.status_code == 403
    assert "Location" not in refused.headers
    assert "Strict-Transport-Security" not in refused.headers
    assert refused.json["type"] == "/problems/insecure-transport"


@pytest.mark.control("T2")
@pytest.mark.parametrize("probe", ["/healthz", "/readyz"])
def test_a_probe_is_answered_over_plain_http_for_any_host_with_a_bare_status(make_app: MakeApp, probe: str) -> None:
    app = make_app(server_tls="false", server_trusted_proxies="1")
    answer = app.test_client().get(probe, base_url="http://10.0.0.7:8443")
    assert answer.status_code == 200
    assert answer.data == b""


def test_a_request_that_a_proxy_received_over_https_is_served(make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(server_tls="false", server_trusted_proxies="1")
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    assert caller(app=app).get("/api/v1/me", base_url="http://localhost", headers=headers).status_code == 200


@pytest.mark.control("H3")
@pytest.mark.parametrize("host", ["example.org", "localhost.example.org", "localhost@example.org", "x" * 300, "[::2]"])
def test_a_host_that_is_not_ours_is_refused_and_not_reflected(client: FlaskClient, host: str) -> None:
    refused = client.get("/api/v1/me", headers={"Host": host})
    assert refused.status_code == 400
    assert host not in refused.get_data(as_text=True)
    assert host not in str(refused.headers)


@pytest.mark.control("H3")
@pytest.mark.parametrize("sent", ["short", "has blank", "ümlaut-umlaut", "x" * 65, 'quo"te-quote', "a\tb-a\tb-a\tb"])
def test_a_request_id_that_is_not_well_formed_is_replaced(client: FlaskClient, sent: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": sent}).headers["X-Request-ID"] != sent


def test_a_well_formed_request_id_is_kept(client: FlaskClient) -> None:
    assert (
        client.get("/healthz", headers={"X-Request-ID": "job-42.retry_1"}).headers["X-Request-ID"] == "job-42.retry_1"
    )
