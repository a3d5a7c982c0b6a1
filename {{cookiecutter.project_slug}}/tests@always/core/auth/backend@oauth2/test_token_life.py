"""How long a person's consent gives tokens: how they are renewed, and what narrows or ends them."""

import time
from datetime import timedelta
from types import ModuleType

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from tests.core.credentials import (
    Browser,
    command,
    every_scope,
    make_client,
    make_service_client,
    post,
    refresh,
    tokens_for,
    works,
)

TOKEN = "/oauth2/token"
ME = "/api/v1/me"


@pytest.mark.control("O5")
def test_a_refresh_token_works_once_and_its_reuse_ends_the_family(app: Flask) -> None:
    client = make_client(app)
    first, other = tokens_for(app, client, "ada"), tokens_for(app, client, "ada")
    second = refresh(app, client, first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert works(app, second["access_token"])
    assert refresh(app, client, first["refresh_token"]).json["error"] == "invalid_grant"
    for token in (first["access_token"], second["access_token"]):
        assert not works(app, token)
    assert refresh(app, client, second["refresh_token"]).json["error"] == "invalid_grant"
    assert works(app, other["access_token"])
    assert refresh(app, client, other["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    "more", [{"scope": "probes:read probes:write admin"}, {"resource": "https://elsewhere.example"}]
)
@pytest.mark.control("O5")
def test_a_reuse_is_one_whatever_else_is_wrong_with_it(app: Flask, more: dict[str, str]) -> None:
    client = make_client(app)
    first = tokens_for(app, client, "ada", "probes:read")
    second = refresh(app, client, first["refresh_token"]).json
    assert refresh(app, client, first["refresh_token"], **more).json["error"] == "invalid_grant"
    assert not works(app, second["access_token"])


def test_an_old_token_of_a_consent_that_is_over_is_no_reuse(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    client = make_client(app)
    first = tokens_for(app, client, "ada")
    refresh(app, client, first["refresh_token"])
    with time_machine.travel(time.time() + timedelta(days=31).total_seconds(), tick=True):
        assert refresh(app, client, first["refresh_token"]).json["error"] == "invalid_grant"
    assert "authn_token_reuse" not in capsys.readouterr().out


@pytest.mark.control("O5")
def test_a_refresh_token_is_bound_to_its_client(app: Flask) -> None:
    client = make_client(app)
    given = tokens_for(app, client, "ada")
    assert refresh(app, make_client(app), given["refresh_token"]).json["error"] == "invalid_grant"
    assert refresh(app, client, given["refresh_token"]).status_code == 200


@pytest.mark.control("J3")
@pytest.mark.parametrize(("seconds", "good"), [(2, True), (30, False)])
def test_a_new_token_works_where_the_clock_is_a_little_behind(app: Flask, seconds: int, good: bool) -> None:
    given = tokens_for(app, make_client(app), "ada")
    with time_machine.travel(time.time() - seconds, tick=True):
        assert works(app, given["access_token"]) is good


@pytest.mark.control("O6")
def test_refreshing_does_not_move_the_end_of_a_family(app: Flask) -> None:
    client = make_client(app)
    token = tokens_for(app, client, "ada")["refresh_token"]
    with time_machine.travel(time.time(), tick=True) as clock:
        for _ in range(3):
            clock.shift(timedelta(days=9))
            answer = refresh(app, client, token)
            assert answer.status_code == 200
            token = answer.json["refresh_token"]
        clock.shift(timedelta(days=4))
        assert refresh(app, client, token).json["error"] == "invalid_grant"


@pytest.mark.control("O7")
def test_scopes_narrow_for_one_token_and_never_widen(app: Flask) -> None:
    client = make_client(app)
    given = tokens_for(app, client, "ada", "probes:read probes:write")
    wider = refresh(app, client, given["refresh_token"], scope=every_scope(app))
    assert wider.json["error"] == "invalid_scope"
    odd = refresh(app, client, given["refresh_token"], scope="probes:read\u00a0items:write")
    assert odd.json["error"] == "invalid_scope"
    narrow = refresh(app, client, given["refresh_token"], scope="probes:read").json
    assert narrow["scope"] == "probes:read"
    assert refresh(app, client, narrow["refresh_token"]).json["scope"] == "probes:read probes:write"


@pytest.mark.control("Z7")
def test_a_token_carries_what_client_and_person_may_now(app: Flask) -> None:
    client = make_client(app)
    given = tokens_for(app, client, "shrinking", "probes:read probes:write")
    command(app, "users", "grant", "shrinking", "--scopes", "probes:read")
    with time_machine.travel(time.time() + 5, tick=True):
        me = app.test_client().get(ME, headers={"Authorization": f"Bearer {given['access_token']}"}).json
        assert me["scopes"] == ["probes:read"]
    assert refresh(app, client, given["refresh_token"]).json["scope"] == "probes:read"


def test_a_lock_ends_sessions_and_tokens(app: Flask, service: ModuleType) -> None:
    client = make_client(app)
    given = tokens_for(app, client, "locked")
    browser = Browser(app, "locked")
    browser.sign_in()
    command(app, "users", "lock", "locked")
    with time_machine.travel(time.time() + 5, tick=True):
        assert not works(app, given["access_token"])
    assert refresh(app, client, given["refresh_token"]).json["error"] == "invalid_grant"
    assert browser.http.get("/oauth2/account").status_code == 303
    assert browser.sign_in().status_code == 422
    command(app, "users", "unlock", "locked")
    assert browser.sign_in().status_code == 303


def test_what_was_given_to_somebody_is_worth_nothing_while_they_are_locked(app: Flask, service: ModuleType) -> None:
    client = make_client(app)
    given = tokens_for(app, client, "suspended")
    users = service.core.auth.backend.models.User
    with app.app_context(), service.core.database.transaction() as connection:
        connection.execute(update(users).where(users.name == "suspended").values(locked_at=service.core.clock.now()))
    assert not works(app, given["access_token"])
    assert refresh(app, client, given["refresh_token"]).json["error"] == "invalid_grant"


def test_a_deleted_client_and_a_deleted_person_end_their_tokens(app: Flask) -> None:
    client, robot = make_client(app), make_service_client(app)
    given = tokens_for(app, client, "leaving")
    own = post(app, TOKEN, robot, {"grant_type": "client_credentials"}).json
    assert works(app, given["access_token"])
    command(app, "users", "delete", "leaving", "--yes")
    command(app, "clients", "delete", robot["id"], "--yes")
    with time_machine.travel(time.time() + 5, tick=True):
        assert not works(app, given["access_token"])
        assert not works(app, own["access_token"])
