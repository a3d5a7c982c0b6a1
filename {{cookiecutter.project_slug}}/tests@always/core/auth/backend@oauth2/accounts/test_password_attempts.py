"""Guessing passwords is limited for each account and each address."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.core.browser import Browser
from tests.core.credentials import create_user

MakeApp = Callable[..., Flask]
LOGIN = "/oauth2/login"
ACCOUNT = "/oauth2/account"
WRONG = "a wrong password of mine"


@pytest.mark.control("W5")
def test_guessing_is_limited_per_account_and_address(make_app: MakeApp) -> None:
    app = make_app(limits_sign_ins="5/day")
    create_user(app, "ada")
    create_user(app, "grace")
    ada = Browser(app)
    statuses = [ada.sign_in(WRONG).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    limited = ada.sign_in()
    assert limited.status_code == 429
    assert limited.mimetype == "text/html"
    assert int(limited.headers["Retry-After"]) > 0
    # Another account at this address and this account at another address are not limited.
    assert Browser(app, "grace").sign_in().status_code == 303
    elsewhere = Browser(app)
    elsewhere.http.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert elsewhere.sign_in().status_code == 303


@pytest.mark.control("W5")
def test_a_long_name_is_not_kept_to_count_its_attempts(make_app: MakeApp) -> None:
    app = make_app(limits_sign_ins="1/day")
    statuses = [Browser(app, "n" * 64 + end).sign_in(WRONG).status_code for end in ("a", "b" * 10_000)]
    assert statuses == [422, 429]


@pytest.mark.parametrize("path", [LOGIN, f"{ACCOUNT}/password"])
def test_the_policy_shows_the_limits_of_password_attempts(app: Flask, path: str) -> None:
    rows = json.loads(app.test_cli_runner().invoke(args=["policy", "--json"]).stdout)
    limits = {(row["method"], row["path"]): row["limits"] for row in rows}
    assert limits["POST", path] == ["address", "failed-authentications", "sign-ins"]


@pytest.mark.control("R4", "W5")
def test_guessing_is_limited_per_address(make_app: MakeApp) -> None:
    app = make_app(limits_failed_authentications="10/day", limits_address="10000/day")
    create_user(app, "ada")
    statuses = [Browser(app, f"user-{number}").sign_in(WRONG).status_code for number in range(120)]
    assert statuses == [422] * 10 + [429] * 110
    # Above the limit, passwords are not checked: the responses to a correct and an incorrect one are identical.
    correct, incorrect = Browser(app).sign_in(), Browser(app).sign_in(WRONG)
    assert (correct.status_code, incorrect.status_code) == (429, 429)
    elsewhere = Browser(app)
    elsewhere.http.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert elsewhere.sign_in().status_code == 303


@pytest.mark.control("R4", "W5")
def test_guesses_at_the_same_time_are_limited_too(make_app: MakeApp) -> None:
    app = make_app(limits_failed_authentications="3/day")
    create_user(app, "ada")
    browsers = [Browser(app, f"user-{number}") for number in range(12)]
    for browser in browsers:
        browser.http.get(LOGIN)
    with ThreadPoolExecutor(len(browsers)) as pool:
        statuses = list(pool.map(lambda browser: browser.sign_in(WRONG).status_code, browsers))
    assert sorted(statuses) == [422] * 3 + [429] * 9
    limited = Browser(app).sign_in()
    assert limited.status_code == 429
    assert int(limited.headers["Retry-After"]) > 1


@pytest.mark.control("W5")
def test_correct_passwords_do_not_count_as_failed_authentications(make_app: MakeApp) -> None:
    app = make_app(limits_failed_authentications="1/day")
    create_user(app, "ada")
    assert [Browser(app).sign_in().status_code for _ in range(3)] == [303] * 3
