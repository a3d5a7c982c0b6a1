"""Password policy and stored passwords."""

from collections.abc import Callable
from secrets import token_hex
from types import ModuleType

import pytest
from click.testing import Result
from flask import Flask

from tests.core.browser import Browser
from tests.core.credentials import PASSWORD

MakeApp = Callable[..., Flask]


def create_user(app: Flask, name: str, password: str) -> Result:
    """Create a user with this password, and return the result of the command."""
    options = ("--email", f"{name}@example.com", "--password-stdin")
    return app.test_cli_runner().invoke(args=["users", "create", name, *options], input=f"{password}\n")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "fourteen chars",
        "passwordpassword",
        "Password12345678",
        "123456789012345678",
        "aaaaaaaaaaaaaaaaaaaa",
        "lovelacelovelace",
        "lovelace@example.com",
        "x" * 257,
        "letmein12345678",
        "letmeinletmein1",
        "12DragonDragon!",
        "four words make\tone",
        "four words make one\x7f",
    ],
)
@pytest.mark.control("W6")
def test_short_and_common_passwords_are_rejected(app: Flask, password: str) -> None:
    result = create_user(app, "lovelace", password)
    assert result.exit_code == 1
    assert "The password" in result.stderr


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "fifteen letters",
        "  blanks around  ",
        "x1" * 32 + "y",
        "q7" * 100 + "end of a long one",
        "\u00e4\u00f6\u00fc \U0001f600 unicode words",
        "UPPER lower 123 !?",
    ],
)
@pytest.mark.control("W6")
def test_a_password_is_neither_trimmed_nor_changed(app: Flask, password: str) -> None:
    name = f"user-{token_hex(4)}"
    assert create_user(app, name, password).exit_code == 0
    for other in {password.strip(), password.lower(), password[:-1], password + " "} - {password}:
        assert Browser(app, name).sign_in(other).status_code == 422
    assert Browser(app, name).sign_in(password).status_code == 303


@pytest.mark.control("W6")
def test_the_minimum_length_is_a_setting_of_at_least_eight(make_app: MakeApp, service: ModuleType) -> None:
    assert create_user(make_app(passwords_min_length="8"), f"user-{token_hex(4)}", "rx7 tqlm").exit_code == 0
    with pytest.raises(service.core.settings.ConfigurationError, match="APP_PASSWORDS_MIN_LENGTH"):
        make_app(passwords_min_length="7")
