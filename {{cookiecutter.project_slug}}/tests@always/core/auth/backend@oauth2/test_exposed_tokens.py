"""A token that was sent over plain HTTP is revoked if a setting says so."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient


@pytest.mark.control("A9")
def test_an_exposed_token_can_be_revoked(
    make_app: Callable[..., Flask], caller: Callable[..., FlaskClient], capsys: pytest.CaptureFixture[str]
) -> None:
    me = caller(app=make_app(server_tls="false", server_trusted_proxies="1", tokens_revoke_exposed="true"))
    http, https = {"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": "https"}
    assert me.get("/api/v1/me", headers=https).status_code == 200
    capsys.readouterr()
    assert me.get("/api/v1/me", headers=http).status_code == 403
    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert [event for event in events if event != "request"] == ["credential_exposed", "authn_token_revoked"]
    assert me.get("/api/v1/me", headers=https).status_code == 401
