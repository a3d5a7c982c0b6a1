"""While a password is being checked, an operator changes the account: the operator's change wins."""

from collections.abc import Callable
from secrets import token_hex
from types import ModuleType

import pytest
from flask import Flask

from tests.core.browser import Browser, hidden, signed_in
from tests.core.concurrency import Interleave, interleave
from tests.core.credentials import PASSWORD, command, create_user

__all__ = ["interleave"]

ACCOUNT = "/oauth2/account"
COMMANDS = {"set-password": "--password-stdin", "lock": None, "delete": "--yes"}
NEW_PASSWORD = "another four words here"


@pytest.fixture
def name() -> str:
    """The name of a user that no other test uses."""
    return f"hasty-{token_hex(4)}"


@pytest.fixture(params=COMMANDS)
def change_account(
    app: Flask, request: pytest.FixtureRequest, service: ModuleType, interleave: Interleave, name: str
) -> Callable[[], None]:
    """Arrange that an operator resets the password, locks or deletes the user while the next password is checked."""
    option = COMMANDS[request.param]
    arguments = ("users", request.param, name, *([option] if option else []))
    accounts = service.core.auth.backend.accounts
    return lambda: interleave(
        accounts.passwords, "verify", lambda: command(app, *arguments, stdin="five words make one\n")
    )


@pytest.mark.control("W4")
def test_a_sign_in_in_progress_gets_no_session(app: Flask, change_account: Callable[[], None], name: str) -> None:
    create_user(app, name)
    browser = Browser(app, name)
    change_account()
    assert browser.sign_in().status_code == 422
    assert browser.http.get(ACCOUNT).status_code == 303


@pytest.mark.control("W4")
def test_a_password_change_in_progress_has_no_effect(app: Flask, change_account: Callable[[], None], name: str) -> None:
    browser = signed_in(app, name)
    token = hidden(browser.http.get(ACCOUNT).text, "csrf_token")
    form = {
        "csrf_token": token,
        "current_password": PASSWORD,
        "new_password": NEW_PASSWORD,
        "confirm_password": NEW_PASSWORD,
    }
    change_account()
    assert browser.http.post("/oauth2/account/password", data=form).location == ACCOUNT
    assert browser.http.get(ACCOUNT).status_code == 303
    if name in command(app, "users", "list"):
        command(app, "users", "unlock", name)
    assert browser.sign_in(NEW_PASSWORD).status_code == 422
