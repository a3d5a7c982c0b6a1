"""To check a password takes a while: what an operator does meanwhile stays done."""

from collections.abc import Callable
from secrets import token_hex
from types import ModuleType

import pytest
from flask import Flask

from tests.core.concurrency import Meanwhile, meanwhile
from tests.core.credentials import PASSWORD, Browser, command, hidden, make_user, signed_in

__all__ = ["meanwhile"]

ACCOUNT = "/oauth2/account"
OPERATOR = {"set-password": "--password-stdin", "lock": None, "delete": "--yes"}
OTHER = "another four words here"


@pytest.fixture
def name() -> str:
    """The name of somebody whom no other test knows."""
    return f"hasty-{token_hex(4)}"


@pytest.fixture(params=OPERATOR)
def end(
    app: Flask, request: pytest.FixtureRequest, service: ModuleType, meanwhile: Meanwhile, name: str
) -> Callable[[], None]:
    """Let an operator reset the password of somebody, lock or delete them, while it is checked."""
    option = OPERATOR[request.param]
    words = ("users", request.param, name, *([option] if option else []))
    accounts = service.core.auth.backend.accounts
    return lambda: meanwhile(accounts.passwords, "verify", lambda: command(app, *words, stdin="five words make one\n"))


@pytest.mark.control("W4")
def test_a_sign_in_that_is_under_way_gets_no_session(app: Flask, end: Callable[[], None], name: str) -> None:
    make_user(app, name)
    browser = Browser(app, name)
    end()
    assert browser.sign_in().status_code == 422
    assert browser.http.get(ACCOUNT).status_code == 303


@pytest.mark.control("W4")
def test_a_change_of_the_password_that_is_under_way_changes_nothing(
    app: Flask, end: Callable[[], None], name: str
) -> None:
    browser = signed_in(app, name)
    token = hidden(browser.http.get(ACCOUNT).text, "csrf_token")
    form = {"csrf_token": token, "current_password": PASSWORD, "new_password": OTHER, "confirm_password": OTHER}
    end()
    assert browser.http.post("/oauth2/account/password", data=form).location == ACCOUNT
    assert browser.http.get(ACCOUNT).status_code == 303
    if name in command(app, "users", "list"):
        command(app, "users", "unlock", name)
    assert browser.sign_in(OTHER).status_code == 422
