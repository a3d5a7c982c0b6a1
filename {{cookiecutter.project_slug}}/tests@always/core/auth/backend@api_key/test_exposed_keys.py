"""A key that was sent over plain HTTP is revoked if a setting says so."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]


@pytest.mark.control("A9")
def test_an_exposed_key_can_be_revoked(
    make_app: MakeApp, caller: Callable[..., FlaskClient], capsys: pytest.CaptureFixture[str]
) -> None:
    me = caller(app=make_app(server_tls="false", server_trusted_proxies="1", keys_revoke_exposed="true"))
    http, https = {"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": "https"}
    assert me.get("/api/v1/me", headers=https).status_code == 200
    capsys.readouterr()
    assert me.get("/api/v1/me", headers=http).status_code == 403
    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert [event for event in events if event != "request"] == ["credential_exposed", "authn_token_revoked"]
    assert me.get("/api/v1/me", headers=https).status_code == 401


@pytest.mark.control("A9", "R1")
def test_requests_with_a_revoked_key_over_plain_http_count(make_app: MakeApp) -> None:
    app = make_app(server_tls="false", server_trusted_proxies="1", limits_address="2/minute")
    create = ["keys", "create", "--name", "old", "--scopes", "probes:read", "--json"]
    key = json.loads(app.test_cli_runner().invoke(args=create).stdout)
    app.test_cli_runner().invoke(args=["keys", "revoke", key["id"]])
    sent = {"X-API-Key": key["key"], "X-Forwarded-Proto": "http"}
    assert [app.test_client().get("/api/v1/me", headers=sent).status_code for _ in range(3)] == [403, 403, 429]
