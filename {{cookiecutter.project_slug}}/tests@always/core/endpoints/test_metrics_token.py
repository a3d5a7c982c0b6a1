"""Metrics are read with their token alone."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """A service with the token of one test."""
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
def test_nothing_but_the_token_opens_the_metrics(
    client: FlaskClient, environ: dict[str, str], headers: dict[str, str]
) -> None:
    sent = {name: value.replace("TOKEN", environ["APP_METRICS_TOKEN"]) for name, value in headers.items()}
    refused = client.get("/metrics", headers=sent)
    assert refused.status_code == 401
    wrong = ', error="invalid_token"' if "Authorization" in headers else ""
    assert refused.headers["WWW-Authenticate"] == f'Bearer realm="metrics"{wrong}'
    assert "http_requests" not in refused.text


@pytest.mark.control("D1")
def test_the_token_is_not_taken_from_the_url_and_a_caller_has_none(
    client: FlaskClient, caller: MakeCaller, environ: dict[str, str]
) -> None:
    given = environ["APP_METRICS_TOKEN"]
    assert client.get("/metrics", query_string={"token": given}).status_code == 401
    assert caller("admin").get("/metrics").status_code == 401


@pytest.mark.control("D1")
def test_without_a_token_in_the_settings_nobody_reads_them(environ: dict[str, str], make_app: MakeApp) -> None:
    del environ["APP_METRICS_TOKEN"]
    client = make_app().test_client()
    for given in ("Bearer ", "Bearer None", "Bearer"):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 401


@pytest.mark.control("D1")
def test_guessing_the_token_is_limited_like_any_failed_authentication(
    make_app: MakeApp, environ: dict[str, str]
) -> None:
    client = make_app(limits_failed_authentications="3/minute").test_client()
    wrong = [client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code for _ in range(5)]
    assert wrong == [401, 401, 401, 429, 429]
    right = {"Authorization": f"Bearer {environ['APP_METRICS_TOKEN']}"}
    assert client.get("/metrics", headers=right).status_code == 200
