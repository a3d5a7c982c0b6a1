"""What is used once is used once, whatever arrives at the same moment: real threads on the real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from tests.core.credentials import (
    Browser,
    asking,
    consent_form,
    make_client,
    make_user,
    pkce,
    post,
    redeem,
    tokens_for,
)

MakeApp = Callable[..., Flask]
AT_ONCE = 10


def at_once(what: Callable[[], Any]) -> list[Any]:
    """Do the same in many threads at the same moment."""
    barrier = Barrier(AT_ONCE)

    def wait_and_do(_number: int) -> Any:
        barrier.wait()
        return what()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(wait_and_do, range(AT_ONCE)))


@pytest.mark.control("O3")
def test_of_ten_who_redeem_a_code_at_most_one_succeeds(app: Flask) -> None:
    make_user(app, "ada")
    client, browser = make_client(app), Browser(app)
    browser.sign_in()
    verifier, challenge = pkce()
    code = browser.consent(asking(client, challenge))["code"]
    answers = at_once(lambda: redeem(app, client, code, verifier))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * (AT_ONCE - 1)
    (won,) = [answer.json for answer in answers if answer.status_code == 200]
    me = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {won['access_token']}"})
    assert me.status_code == 401  # nine replays have ended the family


@pytest.mark.control("O5")
def test_of_ten_who_refresh_at_most_one_succeeds(app: Flask) -> None:
    client = make_client(app)
    form = {"grant_type": "refresh_token", "refresh_token": tokens_for(app, client, "ada")["refresh_token"]}
    answers = at_once(lambda: post(app, "/oauth2/token", client, form))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * (AT_ONCE - 1)
    (won,) = [answer.json for answer in answers if answer.status_code == 200]
    again = {"grant_type": "refresh_token", "refresh_token": won["refresh_token"]}
    assert post(app, "/oauth2/token", client, again).json["error"] == "invalid_grant"


@pytest.mark.control("W1")
def test_of_ten_answers_to_one_page_at_most_one_gives_a_code(app: Flask) -> None:
    make_user(app, "ada")
    browser = Browser(app)
    browser.sign_in()
    page = browser.http.get("/oauth2/authorize", query_string=asking(make_client(app), pkce()[1])).text
    form = consent_form(page)
    cookie = browser.http.get_cookie("__Host-session")
    assert cookie is not None

    def answer() -> Any:
        http = app.test_client()
        http.set_cookie("__Host-session", cookie.value, secure=True)
        return http.post("/oauth2/authorize", data=form)

    assert sorted(sent.status_code for sent in at_once(answer)) == [303] + [400] * (AT_ONCE - 1)


@pytest.mark.control("W5")
def test_of_ten_guesses_at_once_five_are_looked_at(make_app: MakeApp) -> None:
    app = make_app(limits_sign_ins="5/day")
    make_user(app, "ada")

    def guess() -> Any:
        return Browser(app).sign_in("a wrong password of mine")

    assert sorted(answer.status_code for answer in at_once(guess)) == [422] * 5 + [429] * 5
