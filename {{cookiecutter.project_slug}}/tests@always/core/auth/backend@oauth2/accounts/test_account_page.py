"""The account page: password, consents and sessions."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.core.authorization_code import authorization_request, pkce, redeem, tokens_for
from tests.core.browser import Browser, hidden, signed_in
from tests.core.credentials import PASSWORD, command, create_client, create_user, is_accepted, refresh

MakeApp = Callable[..., Flask]
ACCOUNT = "/oauth2/account"
WRONG = "a wrong password of mine"


def change_password(browser: Browser, old: str, new: str, confirmation: str | None = None) -> Any:
    token = hidden(browser.http.get(ACCOUNT).text, "csrf_token")
    form = {
        "csrf_token": token,
        "current_password": old,
        "new_password": new,
        "confirm_password": new if confirmation is None else confirmation,
    }
    return browser.http.post("/oauth2/account/password", data=form)


@pytest.mark.control("W4")
def test_a_new_password_ends_every_other_session(app: Flask) -> None:
    create_user(app, "changing")
    here, there = Browser(app, "changing"), Browser(app, "changing")
    assert (here.sign_in().status_code, there.sign_in().status_code) == (303, 303)
    assert change_password(here, WRONG, "another four words here").status_code == 422
    assert change_password(here, PASSWORD, "too short").status_code == 422
    assert change_password(here, PASSWORD, "another four words here").status_code == 303
    assert here.http.get(ACCOUNT).status_code == 200
    assert there.http.get(ACCOUNT).status_code == 303


@pytest.mark.control("R4")
def test_incorrect_current_passwords_count_as_failed_authentications(make_app: MakeApp) -> None:
    app = make_app(limits_failed_authentications="1/day")
    browser = signed_in(app, "ada")
    statuses = [change_password(browser, WRONG, "another four words here").status_code for _ in range(2)]
    assert statuses == [422, 429]


def test_a_password_set_by_an_operator_ends_sessions_and_tokens(app: Flask) -> None:
    client, browser = create_client(app), signed_in(app, "forgetful")
    issued = tokens_for(app, client, "forgetful")
    command(app, "users", "set-password", "forgetful", "--password-stdin", stdin="five words make one too\n")
    assert browser.http.get(ACCOUNT).status_code == 303
    assert not is_accepted(app, issued["access_token"])
    assert refresh(app, client, issued["refresh_token"]).json["error"] == "invalid_grant"
    assert browser.sign_in("five words make one too").status_code == 303


def test_a_password_changed_by_the_user_keeps_the_consents(app: Flask) -> None:
    client = create_client(app)
    issued = tokens_for(app, client, "careful")
    assert change_password(signed_in(app, "careful"), PASSWORD, "another four words here").status_code == 303
    assert refresh(app, client, issued["refresh_token"]).status_code == 200


def test_the_new_passwords_must_match(app: Flask) -> None:
    create_user(app, "clumsy")
    browser = Browser(app, "clumsy")
    browser.sign_in()
    assert change_password(browser, PASSWORD, "another four words here", "another five words here").status_code == 422


@pytest.mark.control("O20")
def test_a_user_withdraws_a_consent(app: Flask) -> None:
    create_user(app, "wary")
    browser, client = Browser(app, "wary"), create_client(app)
    browser.sign_in()
    assert "No application has access to your account" in browser.http.get(ACCOUNT).text
    verifier, challenge = pkce()
    issued = redeem(app, client, browser.consent(authorization_request(client, challenge))["code"], verifier).json
    page = browser.http.get(ACCOUNT).text
    assert "Tester" in page
    assert "Read your probes" in page
    bearer = {"Authorization": f"Bearer {issued['access_token']}"}
    assert app.test_client().get("/api/v1/me", headers=bearer).status_code == 200
    form = {"csrf_token": hidden(page, "csrf_token"), "client_id": hidden(page, "client_id")}
    assert browser.http.post("/oauth2/account/withdraw", data={**form, "csrf_token": "x"}).status_code == 403
    assert browser.http.post("/oauth2/account/withdraw", data=form).status_code == 303
    assert app.test_client().get("/api/v1/me", headers=bearer).status_code == 401
    assert "No application has access to your account" in browser.http.get(ACCOUNT).text


@pytest.mark.control("L3")
def test_withdrawing_a_missing_consent_is_not_a_revocation(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    browser = signed_in(app, "wary")
    form = {"csrf_token": hidden(browser.http.get(ACCOUNT).text, "csrf_token"), "client_id": "unknown"}
    assert browser.http.post("/oauth2/account/withdraw", data=form).status_code == 303
    assert "authn_token_revoked" not in capsys.readouterr().out


def test_a_user_ends_only_own_sessions(app: Flask) -> None:
    for name in ("here", "nosy"):
        create_user(app, name)
    here, there, nosy = Browser(app, "here"), Browser(app, "here"), Browser(app, "nosy")
    for browser in (there, here, nosy):
        browser.sign_in()
    page = here.http.get(ACCOUNT).text
    session = hidden(page, "session_id")
    csrf_token = hidden(nosy.http.get(ACCOUNT).text, "csrf_token")
    nosy.http.post("/oauth2/account/sessions", data={"csrf_token": csrf_token, "session_id": session})
    assert there.http.get(ACCOUNT).status_code == 200
    form = {"csrf_token": hidden(page, "csrf_token"), "session_id": session}
    assert here.http.post("/oauth2/account/sessions", data=form).status_code == 303
    assert there.http.get(ACCOUNT).status_code == 303
    assert here.http.get(ACCOUNT).status_code == 200
