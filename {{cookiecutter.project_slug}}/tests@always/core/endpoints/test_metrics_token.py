"""The metrics can be read with their token and with no other credential."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """An application with the token of one test."""
    return make_app()


@pytest.mark.control("D1", "A4")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic TOKEN"},
        {"X-Auth-Token": "TOKEN"},
        {"X-Metrics-Token": "TOKEN"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-User-Id": "admin"},
        {"X-Original-URL": "/healthz"},
        {"Cookie": "token=TOKEN"},
    ],
)
def test_the_metrics_require_their_token(client: FlaskClient, environ: dict[str, str], headers: dict[str, str]) -> None:
    sent = {name: value.replace("TOKEN", environ["APP_METRICS_TOKEN"]) for name, value in headers.items()}
    response = client.get("/metrics", headers=sent)
    assert response.status_code == 401
    error = ', error="invalid_token"' if "Authorization" in headers else ""
    assert response.headers["WWW-Authenticate"] == f'Bearer realm="metrics"{error}'
    assert "http_requests" not in response.text


@pytest.mark.control("D1")
def test_a_token_in_the_query_and_the_scope_admin_are_rejected(
    client: FlaskClient, caller: MakeCaller, environ: dict[str, str]
) -> None:
    token = environ["APP_METRICS_TOKEN"]
    assert client.get("/metrics", query_string={"token": token}).status_code == 401
    assert caller("admin").get("/metrics").status_code == 401


@pytest.mark.control("D1")
def test_without_a_token_in_the_settings_every_request_is_rejected(environ: dict[str, str], make_app: MakeApp) -> None:
    del environ["APP_METRICS_TOKEN"]
    client = make_app().test_client()
    for header in ("Bearer ", "Bearer None", "Bearer"):
        assert client.get("/metrics", headers={"Authorization": header}).status_code == 401


@pytest.mark.control("D1")
def test_wrong_tokens_count_as_failed_authentications(make_app: MakeApp, environ: dict[str, str]) -> None:
    client = make_app(limits_failed_authentications="3/minute").test_client()
    statuses = [client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    correct = {"Authorization": f"Bearer {environ['APP_METRICS_TOKEN']}"}
    assert client.get("/metrics", headers=correct).status_code == 200
