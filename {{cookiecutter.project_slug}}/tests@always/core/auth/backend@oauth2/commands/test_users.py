"""``flask users``."""

from flask import Flask

from tests.core.credentials import command, create_user


def test_users_are_listed(app: Flask) -> None:
    user_id = create_user(app, "listed", scopes="probes:read admin")
    assert "listed@example.com" in command(app, "users", "list")
    (user,) = [user for user in command(app, "users", "list", "--json") if user["id"] == user_id]
    assert (user["name"], user["scopes"], user["locked_at"]) == ("listed", ["admin", "probes:read"], None)


def test_a_user_has_the_sign_up_scopes_by_default(app: Flask) -> None:
    options = ("--email", "default@example.com", "--password-stdin", "--json")
    created = command(app, "users", "create", "default", *options, stdin="five words make one too\n")
    assert sorted(created["scopes"]) == ["probes:read", "probes:write"]
