"""The commands: what they tell, and that what an operator does stands in the journal, on standard error."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.core.credentials import command, make_client, make_service_client, make_user

MakeApp = Callable[..., Flask]


def recorded(app: Flask, *words: str, typed: str = "") -> list[dict[str, Any]]:
    """Run a command and return the lines of the journal that it writes."""
    done = app.test_cli_runner().invoke(args=list(words), input=typed)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]


@pytest.mark.parametrize(
    ("words", "event"),
    [
        ("users grant {name} --scopes admin", "privilege_permissions_changed"),
        ("users set-password {name} --password-stdin", "authn_password_change"),
        ("users lock {name}", "authn_login_lock"),
        ("users unlock {name}", "user_updated"),
        ("users delete {name} --yes", "user_deleted"),
    ],
)
@pytest.mark.control("L3")
def test_an_event_names_the_person(app: Flask, words: str, event: str) -> None:
    name, person = "managed", make_user(app, "managed", scopes="probes:read")
    (line,) = recorded(app, *words.format(name=name).split(), typed="five words make one too\n")
    assert (line["event"], line["owner"]) == (event, person)
    if event == "privilege_permissions_changed":
        assert (line["before"], line["after"]) == ("probes:read", "admin")


@pytest.mark.parametrize(
    "words",
    ["users lock", "clients rotate", "signing-keys delete", "limits show"],
)
def test_an_argument_that_is_no_text_is_told_in_a_sentence(app: Flask, words: str) -> None:
    done = app.test_cli_runner().invoke(args=[*words.split(), "\udcff"])
    assert done.exit_code == 2
    assert "it is no text in UTF-8" in done.stderr


def test_a_password_that_is_no_text_is_told_in_a_sentence(app: Flask) -> None:
    make_user(app, "managed")
    words = ["users", "set-password", "managed", "--password-stdin"]
    done = app.test_cli_runner().invoke(args=words, input=b"five words make one \xff\n")
    assert (done.exit_code, done.stderr) == (1, "Error: The password is not valid UTF-8.\n")


@pytest.mark.parametrize(
    ("words", "event"),
    [("clients rotate {id}", "authn_password_change"), ("clients delete {id} --yes", "user_deleted")],
)
@pytest.mark.control("L3")
def test_an_event_names_the_client(app: Flask, words: str, event: str) -> None:
    client = make_client(app)
    (line,) = recorded(app, *words.format(**client).split())
    assert (line["event"], line["owner"]) == (event, client["id"])


@pytest.mark.usefixtures("without_tables")
@pytest.mark.parametrize(
    "words", ["users list", "users lock ada", "clients list", "clients rotate x", "signing-keys list"]
)
def test_a_database_without_tables_is_told_in_a_sentence(app: Flask, words: str) -> None:
    done = app.test_cli_runner().invoke(args=words.split())
    assert done.exit_code == 1
    assert "has not the tables of this version: `flask db upgrade`" in done.stderr


def test_the_clients_that_introspect_are_told(app: Flask) -> None:
    told = {make_service_client(app, *options)["id"]: bool(options) for options in ((), ("--introspects",))}
    listed = {one["id"]: one["introspects"] for one in command(app, "clients", "list", "--json")}
    assert {id_: listed[id_] for id_ in told} == told
    table = {line.split()[0]: "yes" in line.split() for line in command(app, "clients", "list").splitlines()}
    assert {id_: table[id_] for id_ in told} == told


def test_a_key_that_another_secret_sealed_does_not_sign(make_app: MakeApp) -> None:
    def states(app: Flask) -> list[str]:
        return [key["state"] for key in command(app, "signing-keys", "list", "--json")]

    before = make_app()
    command(before, "signing-keys", "rotate", "--now")
    assert states(before)[0] == "signing"
    after = make_app(secret_key="another secret key of the service, which is long")
    assert set(states(after)) == {"undecryptable"}
    command(after, "signing-keys", "rotate", "--now")
    assert states(after)[0] == "signing"
