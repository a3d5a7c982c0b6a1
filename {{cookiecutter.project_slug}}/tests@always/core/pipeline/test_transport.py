"""Plain HTTP behind a proxy: rejected, and the credential that it carried is exposed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
BEHIND_A_PROXY = {"server_tls": "false", "server_trusted_proxies": "1"}
HTTP, HTTPS = {"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": "https"}


def events(output: str) -> list[dict[str, Any]]:
    """Return the security events in the log."""
    lines = [json.loads(line) for line in output.splitlines()]
    return [line for line in lines if line["event"] not in ("request", "log")]


def same_but_ids(response: TestResponse) -> dict[str, Any]:
    """Return the body without what differs between requests."""
    return {name: value for name, value in response.json.items() if name != "request_id"}


@pytest.mark.control("A9")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_valid_credential_over_plain_http_is_rejected_and_logged_as_exposed(
    make_app: MakeApp, caller: MakeCaller, capsys: pytest.CaptureFixture[str], method: str
) -> None:
    me = caller(app=make_app(**BEHIND_A_PROXY))
    (secret,) = me.headers.values()  # type: ignore[attr-defined]
    known = me.get("/api/v1/me", headers=HTTPS).json
    capsys.readouterr()
    rejected = me.open("/api/v1/probes", method=method, headers=HTTP)
    output = capsys.readouterr().out
    assert rejected.status_code == 403
    assert "Location" not in rejected.headers
    (event,) = events(output)
    assert (event["event"], event["level"]) == ("credential_exposed", "critical")
    assert (event["caller"], event["credential"]) == (known["id"], known["credential"])
    assert secret.removeprefix("Bearer ")[20:] not in output
    assert me.get("/api/v1/me", headers=HTTPS).status_code == 200, "by default it is only logged"


@pytest.mark.control("A9")
@pytest.mark.parametrize("authorization", ["Bearer TOKEN", "Bearer wrong", ""])
def test_the_metrics_token_is_exposed_too(
    make_app: MakeApp, environ: dict[str, str], capsys: pytest.CaptureFixture[str], authorization: str
) -> None:
    client = make_app(**BEHIND_A_PROXY).test_client()
    sent = authorization.replace("TOKEN", environ["APP_METRICS_TOKEN"])
    assert client.get("/metrics", headers={**HTTP, "Authorization": sent}).status_code == 403
    logged = [(event["event"], event["credential"]) for event in events(capsys.readouterr().out)]
    assert logged == [("credential_exposed", "metrics_token")] * ("TOKEN" in authorization)


@pytest.mark.control("A9")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_credential_that_is_sent_with_a_health_check_is_exposed_too(
    make_app: MakeApp, caller: MakeCaller, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    app = make_app(**BEHIND_A_PROXY, limits_failed_authentications="1/minute")
    me = caller(app=app)
    ((name, secret),) = me.headers.items()  # type: ignore[attr-defined]
    me.get("/api/v1/me", headers=HTTPS)
    capsys.readouterr()
    assert me.get(path, headers=HTTP).status_code == 200
    assert [event["event"] for event in events(capsys.readouterr().out)] == ["credential_exposed"]
    for _ in range(3):
        assert app.test_client().get(path, headers={**HTTP, name: secret[:-1]}).status_code == 200


@pytest.mark.control("A3", "A9")
def test_the_response_does_not_reveal_whether_the_credential_is_valid(make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(**BEHIND_A_PROXY)
    me = caller(app=app)
    ((name, secret),) = me.headers.items()  # type: ignore[attr-defined]
    valid = me.get("/api/v1/me", headers=HTTP)
    invalid = app.test_client().get("/api/v1/me", headers={**HTTP, name: secret[:-1]})
    without = app.test_client().get("/api/v1/me", headers=HTTP)
    assert same_but_ids(valid) == same_but_ids(invalid) == same_but_ids(without)
    assert valid.status_code == invalid.status_code == without.status_code == 403


@pytest.mark.control("A9", "R4")
def test_requests_over_plain_http_are_limited(make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(**BEHIND_A_PROXY, limits_failed_authentications="2/minute")
    ((name, secret),) = caller(app=app).headers.items()  # type: ignore[attr-defined]
    sent = {**HTTP, name: secret[:-1]}
    assert [app.test_client().get("/api/v1/me", headers=sent).status_code for _ in range(3)] == [403, 403, 429]
    app = make_app(**BEHIND_A_PROXY, limits_address="1/minute")
    assert [app.test_client().get("/api/v1/me", headers=HTTP).status_code for _ in range(2)] == [403, 429]


@pytest.mark.control("T2", "T3")
def test_a_preflight_over_plain_http_is_rejected(make_app: MakeApp) -> None:
    client = make_app(**BEHIND_A_PROXY, cors_origins="https://shop.example").test_client()
    sent = {**HTTP, "Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}
    assert client.options("/api/v1/me", headers=sent).status_code == 403
