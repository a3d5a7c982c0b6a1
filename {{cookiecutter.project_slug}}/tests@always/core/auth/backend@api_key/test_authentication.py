"""Authentication with a key: where it is read from, and the responses to invalid keys."""

import json
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.core.database_server import COMMITS_ARE_SEEN_AT_ONCE

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
Later = Callable[[float], AbstractContextManager[None]]
ME = "/api/v1/me"
DAY = 24 * 60 * 60
HEADER = "X-API-Key"


def key_of(caller: FlaskClient) -> str:
    """Return the key that a caller sends."""
    return str(caller.headers[HEADER])  # type: ignore[attr-defined]


def with_secret(key: str, service: object) -> str:
    """Return a key of the same id with another secret, and the checksum that goes with it."""
    head, _, _ = key.rpartition("_")
    text = f"{head}_{'A' * 43}"
    return text + service.core.auth.backend.key_format._checksum(text)  # type: ignore[attr-defined]


def with_id(key: str, service: object) -> str:
    """Return a well-formed key with an unknown id."""
    app, stage, _, _ = key.split("_")
    text = f"{app}_{stage}_{'B' * 12}_{'A' * 43}"
    return text + service.core.auth.backend.key_format._checksum(text)  # type: ignore[attr-defined]


@pytest.mark.control("A1")
@pytest.mark.parametrize("name", ["api_key", "access_token", "key", "X-API-Key", "x_api_key", "apikey"])
def test_a_key_in_the_url_is_ignored(caller: MakeCaller, client: FlaskClient, name: str) -> None:
    assert client.get(ME, query_string={name: key_of(caller())}).status_code == 401


@pytest.mark.control("A1", "A2")
def test_a_key_in_a_cookie_or_a_form_is_ignored(caller: MakeCaller, client: FlaskClient) -> None:
    key = key_of(caller())
    client.set_cookie("X-API-Key", key)
    assert client.get(ME).status_code == 401
    assert client.post("/api/v1/probes", data={"api_key": key}).status_code == 401


@pytest.mark.control("A2")
@pytest.mark.parametrize("second", ["Bearer abc", "Basic YTpi", "ApiKey x", ""])
def test_two_credentials_are_400(caller: MakeCaller, second: str) -> None:
    rejected = caller().get(ME, headers={"Authorization": second})
    assert rejected.status_code == 400
    assert rejected.json["type"] == "/problems/ambiguous-credentials"


@pytest.mark.control("A2")
def test_two_keys_in_one_header_are_400(caller: MakeCaller) -> None:
    me = caller()
    assert me.get(ME, headers={HEADER: f"{key_of(me)}, {key_of(caller())}"}).status_code == 400


@pytest.mark.control("A4")
def test_the_challenge_of_a_401_has_an_error_only_if_a_key_was_sent(client: FlaskClient) -> None:
    without_key = client.get(ME)
    assert without_key.status_code == 401
    assert without_key.headers["WWW-Authenticate"].startswith("ApiKey realm=")
    assert "error=" not in without_key.headers["WWW-Authenticate"]
    invalid = client.get(ME, headers={HEADER: "nonsense"})
    assert invalid.status_code == 401
    assert 'error="invalid_token"' in invalid.headers["WWW-Authenticate"]


@pytest.mark.parametrize("sent", ["", " ", "x", "é", "a" * 5000, "acme_live_x_y", "\x7f"])
def test_a_malformed_key_is_401(client: FlaskClient, sent: str) -> None:
    assert client.get(ME, headers={HEADER: sent}).status_code == 401


def calls_with_invalid_keys(app: Flask, caller: MakeCaller, service: object) -> dict[str, Callable[[], TestResponse]]:
    """Return functions that call with well-formed but invalid keys, by the reason."""
    revoked, expired, wrong = caller(app=app), caller(app=app), caller(app=app)
    runner = app.test_cli_runner()
    runner.invoke(args=["keys", "revoke", key_of(revoked).split("_")[2]])
    with app.app_context(), service.core.database.transaction() as connection:  # type: ignore[attr-defined]
        service.core.auth.backend.queries.expire(  # type: ignore[attr-defined]
            connection, key_of(expired).split("_")[2], datetime.now(UTC) - timedelta(days=1), "test"
        )
    keys = {
        "unknown": with_id(key_of(wrong), service),
        "wrong secret": with_secret(key_of(wrong), service),
        "revoked": key_of(revoked),
        "expired": key_of(expired),
    }
    client = app.test_client()
    return {reason: lambda key=key: client.get(ME, headers={HEADER: key}) for reason, key in keys.items()}  # type: ignore[misc]


@pytest.mark.control("A3")
def test_all_invalid_keys_get_the_same_response(
    make_app: MakeApp, caller: MakeCaller, service: object, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = calls_with_invalid_keys(make_app(), caller, service)
    responses = []
    for reason, call in calls.items():
        capsys.readouterr()
        response = call()
        assert response.status_code == 401
        # Only the log names the key, and its owner if the key exists.
        event = json.loads(capsys.readouterr().out.splitlines()[0])
        assert (event["event"], len(event["credential"])) == ("authn_login_fail", 12)
        assert ("owner" in event) == (reason != "unknown")
        responses.append(
            (
                {name: value for name, value in response.json.items() if name not in ("instance", "request_id")},
                response.headers["WWW-Authenticate"],
                sorted(response.headers.keys()),
            )
        )
    assert all(each == responses[0] for each in responses)


@pytest.mark.control("A3")
def test_all_invalid_keys_take_the_same_time(make_app: MakeApp, caller: MakeCaller, service: object) -> None:
    app = make_app(limits_address="100000/minute", limits_failed_authentications="100000/minute")
    calls = calls_with_invalid_keys(app, caller, service)
    durations: dict[str, list[float]] = {reason: [] for reason in calls}
    for _ in range(60):
        for reason, times in durations.items():
            started = time.perf_counter()
            calls[reason]()
            times.append(time.perf_counter() - started)
    medians = [statistics.median(times) for times in durations.values()]
    spread = statistics.pstdev(each for times in durations.values() for each in times)
    assert max(medians) - min(medians) < max(spread, 0.0005)


@pytest.mark.control("R4")
def test_failed_authentications_are_limited_without_affecting_valid_keys(make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(limits_failed_authentications="2/day")
    client, me = app.test_client(), caller(app=app)
    statuses = [client.get(ME, headers={HEADER: "wrong"}).status_code for _ in range(4)]
    assert statuses == [401, 401, 429, 429]
    assert me.get(ME).status_code == 200
    assert client.get(ME).status_code == 401


def test_a_key_is_valid_until_it_expires(caller: MakeCaller, later: Later) -> None:
    me = caller()
    assert me.get(ME).status_code == 200
    with later(89 * DAY):
        assert me.get(ME).status_code == 200
    with later(91 * DAY):
        assert me.get(ME).status_code == 401


@pytest.mark.control("Z6")
def test_a_revoked_key_is_rejected_from_the_next_request_on(app: Flask, caller: MakeCaller) -> None:
    me, manager = caller(owner="zoe"), caller("keys:manage", owner="zoe")
    assert me.get(ME).status_code == 200
    assert manager.delete(f"/api/v1/keys/{key_of(me).split('_')[2]}").status_code == 204
    assert me.get(ME).status_code == 401


@pytest.mark.control("Z6")
def test_a_key_that_another_process_revokes_is_rejected_within_five_seconds(
    make_app: MakeApp, caller: MakeCaller, later: Later
) -> None:
    this_app, other_app = make_app(), make_app()
    me = caller(app=this_app)
    assert me.get(ME).status_code == 200
    other_app.test_cli_runner().invoke(args=["keys", "revoke", key_of(me).split("_")[2]], catch_exceptions=False)
    if COMMITS_ARE_SEEN_AT_ONCE:
        assert me.get(ME).status_code == 401
    with later(5):
        assert me.get(ME).status_code == 401


def test_the_last_use_is_recorded_at_most_once_a_minute(app: Flask, caller: MakeCaller, later: Later) -> None:
    me, manager = caller(owner="yan"), caller("keys:manage", owner="yan")
    path = f"/api/v1/keys/{key_of(me).split('_')[2]}"
    assert manager.get(path).json["last_used_at"] is None
    me.get(ME)
    first = manager.get(path).json["last_used_at"]
    assert first is not None
    me.get(ME)
    assert manager.get(path).json["last_used_at"] == first
    with later(90):
        me.get(ME)
        assert manager.get(path).json["last_used_at"] > first
