"""Token families: refresh, expiry, scopes and revocation."""

import time
from datetime import timedelta
from types import ModuleType

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from tests.core.authorization_code import tokens_for
from tests.core.browser import Browser
from tests.core.credentials import (
    command,
    create_client,
    create_service_client,
    every_scope,
    is_accepted,
    post_form,
    refresh,
)

TOKEN = "/oauth2/token"
ME = "/api/v1/me"


@pytest.mark.control("O5")
def test_a_refresh_token_works_once_and_its_reuse_revokes_the_family(app: Flask) -> None:
    client = create_client(app)
    first, other = tokens_for(app, client, "ada"), tokens_for(app, client, "ada")
    second = refresh(app, client, first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert is_accepted(app, second["access_token"])
    assert refresh(app, client, first["refresh_token"]).json["error"] == "invalid_grant"
    for token in (first["access_token"], second["access_token"]):
        assert not is_accepted(app, token)
    assert refresh(app, client, second["refresh_token"]).json["error"] == "invalid_grant"
    assert is_accepted(app, other["access_token"])
    assert refresh(app, client, other["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    "more", [{"scope": "probes:read probes:write admin"}, {"resource": "https://elsewhere.example"}]
)
@pytest.mark.control("O5")
def test_a_reuse_in_an_invalid_request_revokes_the_family(app: Flask, more: dict[str, str]) -> None:
    client = create_client(app)
    first = tokens_for(app, client, "ada", "probes:read")
    second = refresh(app, client, first["refresh_token"]).json
    assert refresh(app, client, first["refresh_token"], **more).json["error"] == "invalid_grant"
    assert not is_accepted(app, second["access_token"])


def test_a_used_token_of_an_expired_consent_is_not_a_reuse(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    client = create_client(app)
    first = tokens_for(app, client, "ada")
    refresh(app, client, first["refresh_token"])
    with time_machine.travel(time.time() + timedelta(days=31).total_seconds(), tick=True):
        assert refresh(app, client, first["refresh_token"]).json["error"] == "invalid_grant"
    assert "authn_token_reuse" not in capsys.readouterr().out


@pytest.mark.control("O5")
def test_a_refresh_token_is_bound_to_its_client(app: Flask) -> None:
    client = create_client(app)
    issued = tokens_for(app, client, "ada")
    assert refresh(app, create_client(app), issued["refresh_token"]).json["error"] == "invalid_grant"
    assert refresh(app, client, issued["refresh_token"]).status_code == 200


@pytest.mark.control("J3")
@pytest.mark.parametrize(("seconds", "accepted"), [(2, True), (30, False)])
def test_a_new_token_is_accepted_if_the_clock_is_slightly_behind(app: Flask, seconds: int, accepted: bool) -> None:
    issued = tokens_for(app, create_client(app), "ada")
    with time_machine.travel(time.time() - seconds, tick=True):
        assert is_accepted(app, issued["access_token"]) is accepted


@pytest.mark.control("O6")
def test_refreshing_does_not_extend_a_family(app: Flask) -> None:
    client = create_client(app)
    token = tokens_for(app, client, "ada")["refresh_token"]
    with time_machine.travel(time.time(), tick=True) as clock:
        for _ in range(3):
            clock.shift(timedelta(days=9))
            response = refresh(app, client, token)
            assert response.status_code == 200
            token = response.json["refresh_token"]
        clock.shift(timedelta(days=4))
        assert refresh(app, client, token).json["error"] == "invalid_grant"


@pytest.mark.control("O7")
def test_scopes_can_be_narrowed_for_one_token_but_not_widened(app: Flask) -> None:
    client = create_client(app)
    issued = tokens_for(app, client, "ada", "probes:read probes:write")
    wider = refresh(app, client, issued["refresh_token"], scope=every_scope(app))
    assert wider.json["error"] == "invalid_scope"
    odd = refresh(app, client, issued["refresh_token"], scope="probes:read\u00a0probes:write")
    assert odd.json["error"] == "invalid_scope"
    narrow = refresh(app, client, issued["refresh_token"], scope="probes:read").json
    assert narrow["scope"] == "probes:read"
    assert refresh(app, client, narrow["refresh_token"]).json["scope"] == "probes:read probes:write"


@pytest.mark.control("Z7")
def test_a_token_loses_the_scopes_that_its_user_loses(app: Flask) -> None:
    client = create_client(app)
    issued = tokens_for(app, client, "shrinking", "probes:read probes:write")
    command(app, "users", "grant", "shrinking", "--scopes", "probes:read")
    with time_machine.travel(time.time() + 5, tick=True):
        me = app.test_client().get(ME, headers={"Authorization": f"Bearer {issued['access_token']}"}).json
        assert me["scopes"] == ["probes:read"]
    for token in (issued["access_token"], issued["refresh_token"]):
        assert post_form(app, "/oauth2/introspect", client, {"token": token}).json["scope"] == "probes:read"
    assert refresh(app, client, issued["refresh_token"]).json["scope"] == "probes:read"


def test_a_lock_ends_sessions_and_tokens(app: Flask) -> None:
    client = create_client(app)
    issued = tokens_for(app, client, "locked")
    browser = Browser(app, "locked")
    browser.sign_in()
    command(app, "users", "lock", "locked")
    with time_machine.travel(time.time() + 5, tick=True):
        assert not is_accepted(app, issued["access_token"])
    assert refresh(app, client, issued["refresh_token"]).json["error"] == "invalid_grant"
    assert browser.http.get("/oauth2/account").status_code == 303
    assert browser.sign_in().status_code == 422
    command(app, "users", "unlock", "locked")
    assert browser.sign_in().status_code == 303


def test_the_tokens_of_a_locked_user_are_rejected(app: Flask, service: ModuleType) -> None:
    """Even if they are not revoked: the command revokes them when it locks the user."""
    client = create_client(app)
    issued = tokens_for(app, client, "suspended")
    users = service.core.auth.backend.models.User
    with app.app_context(), service.core.database.transaction() as connection:
        connection.execute(update(users).where(users.name == "suspended").values(locked_at=service.core.clock.now()))
    assert not is_accepted(app, issued["access_token"])
    assert refresh(app, client, issued["refresh_token"]).json["error"] == "invalid_grant"


def test_the_tokens_of_deleted_clients_and_users_are_rejected(app: Flask) -> None:
    client, service_client = create_client(app), create_service_client(app)
    issued = tokens_for(app, client, "leaving")
    own = post_form(app, TOKEN, service_client, {"grant_type": "client_credentials"}).json
    assert is_accepted(app, issued["access_token"])
    command(app, "users", "delete", "leaving", "--yes")
    command(app, "clients", "delete", service_client["id"], "--yes")
    with time_machine.travel(time.time() + 5, tick=True):
        assert not is_accepted(app, issued["access_token"])
        assert not is_accepted(app, own["access_token"])
