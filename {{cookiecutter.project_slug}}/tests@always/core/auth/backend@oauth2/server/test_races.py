"""Codes, refresh tokens and consent requests work once, even for simultaneous requests: real threads, real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from tests.core.authorization_code import authorization_request, pkce, redeem, tokens_for
from tests.core.browser import Browser, consent_form
from tests.core.credentials import create_client, create_user, post_form

MakeApp = Callable[..., Flask]
THREADS = 10


def simultaneously(action: Callable[[], Any]) -> list[Any]:
    """Run the action in several threads at the same time, and return the results."""
    barrier = Barrier(THREADS)

    def run(_number: int) -> Any:
        barrier.wait()
        return action()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


@pytest.mark.control("O3")
def test_one_of_ten_simultaneous_redemptions_of_a_code_succeeds(app: Flask) -> None:
    create_user(app, "ada")
    client, browser = create_client(app), Browser(app)
    browser.sign_in()
    verifier, challenge = pkce()
    code = browser.consent(authorization_request(client, challenge))["code"]
    responses = simultaneously(lambda: redeem(app, client, code, verifier))
    assert sorted(response.status_code for response in responses) == [200] + [400] * (THREADS - 1)
    (issued,) = [response.json for response in responses if response.status_code == 200]
    me = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {issued['access_token']}"})
    assert me.status_code == 401  # nine replays revoked the family


@pytest.mark.control("O5")
def test_one_of_ten_simultaneous_refreshes_succeeds(app: Flask) -> None:
    client = create_client(app)
    form = {"grant_type": "refresh_token", "refresh_token": tokens_for(app, client, "ada")["refresh_token"]}
    responses = simultaneously(lambda: post_form(app, "/oauth2/token", client, form))
    assert sorted(response.status_code for response in responses) == [200] + [400] * (THREADS - 1)
    (issued,) = [response.json for response in responses if response.status_code == 200]
    form = {"grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    assert post_form(app, "/oauth2/token", client, form).json["error"] == "invalid_grant"


@pytest.mark.control("W1")
def test_one_of_ten_simultaneous_consents_gives_a_code(app: Flask) -> None:
    create_user(app, "ada")
    browser = Browser(app)
    browser.sign_in()
    page = browser.http.get("/oauth2/authorize", query_string=authorization_request(create_client(app), pkce()[1])).text
    form = consent_form(page)
    cookie = browser.http.get_cookie("__Host-session")
    assert cookie is not None

    def consent() -> Any:
        http = app.test_client()
        http.set_cookie("__Host-session", cookie.value, secure=True)
        return http.post("/oauth2/authorize", data=form)

    assert sorted(response.status_code for response in simultaneously(consent)) == [303] + [400] * (THREADS - 1)


@pytest.mark.control("W5")
def test_five_of_ten_simultaneous_guesses_are_checked(make_app: MakeApp) -> None:
    app = make_app(limits_sign_ins="5/day")
    create_user(app, "ada")

    def guess() -> Any:
        return Browser(app).sign_in("a wrong password of mine")

    assert sorted(response.status_code for response in simultaneously(guess)) == [422] * 5 + [429] * 5
