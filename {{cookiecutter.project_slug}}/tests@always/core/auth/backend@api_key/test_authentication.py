"""How a caller is told from a key, and what the others are told."""

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
    """Return a well-formed key that was never made."""
    app, stage, _, _ = key.split("_")
    text = f"{app}_{stage}_{'B' * 12}_{'A' * 43}"
    return text + service.core.auth.backend.key_format._checksum(text)  # type: ignore[attr-defined]


@pytest.mark.control("A1")
@pytest.mark.parametrize("name", ["api_key", "access_token", "key", "X-API-Key", "x_api_key", "apikey"])
def test_a_key_in_the_url_is_no_credential(caller: MakeCaller, client: FlaskClient, name: str) -> None:
    assert client.get(ME, query_string={name: key_of(caller())}).status_code == 401


@pytest.mark.control("A1", "A2")
def test_a_key_in_a_cookie_or_a_form_is_no_credential(caller: MakeCaller, client: FlaskClient) -> None:
    key = key_of(caller())
    client.set_cookie("X-API-Key", key)
    assert client.get(ME).status_code == 401
    assert client.post("/api/v1/probes", data={"api_key": key}).status_code == 401


@pytest.mark.control("A2")
@pytest.mark.parametrize("second", ["Bearer abc", "Basic YTpi", "ApiKey x", ""])
def test_two_credentials_are_400(caller: MakeCaller, second: str) -> None:
    refused = caller().get(ME, headers={"Authorization": second})
    assert refused.status_code == 400
    assert refused.json["type"] == "/problems/ambiguous-credentials"


@pytest.mark.control("A2")
def test_two_keys_in_one_header_are_400(caller: MakeCaller) -> None:
    me = caller()
    assert me.get(ME, headers={HEADER: f"{key_of(me)}, {key_of(caller())}"}).status_code == 400


@pytest.mark.control("A4")
def test_a_401_carries_a_challenge_and_an_error_only_when_something_was_sent(client: FlaskClient) -> None:
    nothing = client.get(ME)
    assert nothing.status_code == 401
    assert nothing.headers["WWW-Authenticate"].startswith("ApiKey realm=")
    assert "error=" not in nothing.headers["WWW-Authenticate"]
    wrong = client.get(ME, headers={HEADER: "nonsense"})
    assert wrong.status_code == 401
    assert 'error="invalid_token"' in wrong.headers["WWW-Authenticate"]


@pytest.mark.parametrize("sent", ["", " ", "x", "é", "a" * 5000, "acme_live_x_y", "\x7f"])
def test_a_text_that_is_no_key_is_401(client: FlaskClient, sent: str) -> None:
    assert client.get(ME, headers={HEADER: sent}).status_code == 401


def refusals(app: Flask, caller: MakeCaller, service: object) -> dict[str, Callable[[], TestResponse]]:
    """Return calls with keys of the right form that are not valid, by why."""
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
    return {why: lambda key=key: client.get(ME, headers={HEADER: key}) for why, key in keys.items()}  # type: ignore[misc]


@pytest.mark.control("A3")
def test_keys_that_are_not_valid_look_alike(make_app: MakeApp, caller: MakeCaller, service: object) -> None:
    calls = refusals(make_app(), caller, service)
    told = []
    for call in calls.values():
        answer = call()
        assert answer.status_code == 401
        told.append(
            (
                {name: value for name, value in answer.json.items() if name not in ("instance", "request_id")},
                answer.headers["WWW-Authenticate"],
                sorted(answer.headers.keys()),
            )
        )
    assert all(one == told[0] for one in told)


@pytest.mark.control("A3")
def test_keys_that_are_not_valid_take_alike(make_app: MakeApp, caller: MakeCaller, service: object) -> None:
    app = make_app(limits_address="100000/minute", limits_failed_authentications="100000/minute")
    calls = refusals(app, caller, service)
    taken: dict[str, list[float]] = {why: [] for why in calls}
    for _ in range(60):
        for why, times in taken.items():
            begun = time.perf_counter()
            calls[why]()
            times.append(time.perf_counter() - begun)
    medians = [statistics.median(times) for times in taken.values()]
    spread = statistics.pstdev(one for times in taken.values() for one in times)
    assert max(medians) - min(medians) < max(spread, 0.0005)


@pytest.mark.control("R4")
def test_failed_authentications_have_a_budget_that_no_valid_key_pays(make_app: MakeApp, caller: MakeCaller) -> None:
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
def test_a_revoked_key_is_refused_from_the_next_request_on(app: Flask, caller: MakeCaller) -> None:
    me, manager = caller(owner="zoe"), caller("keys:manage", owner="zoe")
    assert me.get(ME).status_code == 200
    assert manager.delete(f"/api/v1/keys/{key_of(me).split('_')[2]}").status_code == 204
    assert me.get(ME).status_code == 401


@pytest.mark.control("Z6")
def test_a_key_that_another_process_revoked_is_refused_within_five_seconds(
    make_app: MakeApp, caller: MakeCaller, later: Later
) -> None:
    here, elsewhere = make_app(), make_app()
    me = caller(app=here)
    assert me.get(ME).status_code == 200
    elsewhere.test_cli_runner().invoke(args=["keys", "revoke", key_of(me).split("_")[2]], catch_exceptions=False)
    if COMMITS_ARE_SEEN_AT_ONCE:
        assert me.get(ME).status_code == 401
    with later(5):
        assert me.get(ME).status_code == 401


def test_the_last_use_is_noted_at_most_once_a_minute(app: Flask, caller: MakeCaller, later: Later) -> None:
    me, manager = caller(owner="yan"), caller("keys:manage", owner="yan")
    address = f"/api/v1/keys/{key_of(me).split('_')[2]}"
    assert manager.get(address).json["last_used_at"] is None
    me.get(ME)
    first = manager.get(address).json["last_used_at"]
    assert first is not None
    me.get(ME)
    assert manager.get(address).json["last_used_at"] == first
    with later(90):
        me.get(ME)
        assert manager.get(address).json["last_used_at"] > first
