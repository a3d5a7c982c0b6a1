"""The commands for users, clients and signing keys: their events and error messages."""

import json
from typing import Any

import pytest
from flask import Flask

from tests.core.credentials import PASSWORD, create_client, create_service_client, create_user


def run(app: Flask, *arguments: str, stdin: str = "") -> list[dict[str, Any]]:
    """Run a command and return the log lines that it writes."""
    result = app.test_cli_runner().invoke(args=list(arguments), input=stdin)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]


@pytest.mark.parametrize(
    ("arguments", "event"),
    [
        ("users grant {name} --scopes admin", "privilege_permissions_changed"),
        ("users set-password {name} --password-stdin", "authn_password_change"),
        ("users lock {name}", "authn_login_lock"),
        ("users unlock {name}", "user_updated"),
        ("users delete {name} --yes", "user_deleted"),
        ("users create {name} --email managed@example.com --password-stdin", "user_created"),
    ],
)
@pytest.mark.control("L3")
def test_an_event_contains_the_id_of_the_user(app: Flask, arguments: str, event: str) -> None:
    name, user_id = "managed", create_user(app, "managed", scopes="probes:read")
    if event == "user_created":
        run(app, "users", "delete", name, "--yes")
    (line,) = run(app, *arguments.format(name=name).split(), stdin="five words make one too\n")
    expected = create_user(app, name) if event == "user_created" else user_id
    assert (line["event"], line["owner"]) == (event, expected)
    if event == "privilege_permissions_changed":
        assert (line["before"], line["after"]) == ("probes:read", "admin")


@pytest.mark.parametrize(
    ("arguments", "event"),
    [
        ("clients rotate {id}", "authn_password_change"),
        ("clients change {id} --scopes probes:read --locked", "privilege_permissions_changed"),
        ("clients delete {id} --yes", "user_deleted"),
    ],
)
@pytest.mark.control("L3")
def test_an_event_contains_the_id_of_the_client(app: Flask, arguments: str, event: str) -> None:
    client = create_client(app, scopes="admin")
    (line,) = run(app, *arguments.format(**client).split())
    assert (line["event"], line["owner"]) == (event, client["id"])
    if event == "privilege_permissions_changed":
        assert line["before"] == "scopes: admin, locked_at: None"
        assert line["after"].startswith("scopes: probes:read, locked_at: 20")


EMAIL = ("--email", "a@example.com", "--password-stdin")
CLIENT = ("clients", "create", "--name", "x", "--scopes", "admin", "--grants")


@pytest.mark.parametrize(
    ("arguments", "password", "message"),
    [
        (("users", "create", "taken", *EMAIL), PASSWORD, "The name taken is taken."),
        (("users", "create", "Bad Name", *EMAIL), PASSWORD, "Invalid name"),
        (("users", "create", "odd", "--email", "odd", "--password-stdin"), PASSWORD, "Not a valid email address."),
        (("users", "create", "weak", *EMAIL), "short", "at least 15"),
        (("users", "create", "odd", *EMAIL, "--scopes", "everything"), PASSWORD, "must be one or more of"),
        (("users", "create", "odd", *EMAIL, "--scopes", "probes:read\u00a0admin"), PASSWORD, "must be one or more of"),
        (("users", "lock", "unknown"), "", "Unknown user unknown"),
        (("users", "grant", "taken"), "", "Missing option '--scopes'"),
        (("clients", "rotate", "none"), "", "Unknown client none"),
        (("clients", "change", "none", "--locked"), "", "Unknown client none"),
        ((*CLIENT, "password"), "", "must be one or more of"),
        ((*CLIENT, "authorization_code"), "", "requires --redirect-uri"),
        ((*CLIENT, "refresh_token"), "", "requires the grant authorization_code"),
        ((*CLIENT, "client_credentials", "--public"), "", "A public client cannot use"),
        (("signing-keys", "delete", "none", "--yes"), "", "Unknown key none"),
    ],
)
def test_invalid_arguments_get_an_error_message(
    app: Flask, arguments: tuple[str, ...], password: str, message: str
) -> None:
    create_user(app, "taken")
    result = app.test_cli_runner().invoke(args=list(arguments), input=f"{password}\n")
    assert result.exit_code in (1, 2)
    assert message in result.stderr


def test_a_change_of_a_client_is_checked(app: Flask) -> None:
    client_id, change = create_service_client(app)["id"], ["clients", "change"]
    for options, message in (
        ((), "Nothing to change"),
        (("--redirect-uri", "https://client.example/"), "Only a client with the grant authorization_code"),
        (("--redirect-uri", "http://client.example/"), "https"),
        (("--scopes", "everything"), "must be one or more of"),
        (("--rate", "often"), "rate"),
    ):
        result = app.test_cli_runner().invoke(args=[*change, client_id, *options])
        assert (result.exit_code, message in result.stderr) == (2, True), result.stderr


@pytest.mark.parametrize("command", ["users lock", "clients rotate", "signing-keys delete"])
def test_an_argument_that_is_not_utf_8_is_rejected(app: Flask, command: str) -> None:
    result = app.test_cli_runner().invoke(args=[*command.split(), "\udcff"])
    assert result.exit_code == 2
    assert "UTF-8" in result.stderr


def test_a_password_that_is_not_utf_8_is_rejected(app: Flask) -> None:
    create_user(app, "managed")
    arguments = ["users", "set-password", "managed", "--password-stdin"]
    result = app.test_cli_runner().invoke(args=arguments, input=b"five words make one \xff\n")
    assert (result.exit_code, result.stderr) == (1, "Error: The password is not valid UTF-8.\n")


@pytest.mark.usefixtures("without_tables")
@pytest.mark.parametrize(
    "command", ["users list", "users lock ada", "clients list", "clients rotate x", "signing-keys list"]
)
def test_a_database_without_tables_gets_an_error_message(app: Flask, command: str) -> None:
    result = app.test_cli_runner().invoke(args=command.split())
    assert result.exit_code == 1
    assert "`flask db upgrade`" in result.stderr
