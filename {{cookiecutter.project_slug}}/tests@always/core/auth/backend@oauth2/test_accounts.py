"""People: what their passwords must be, how they sign up, and what an operator does."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.core.credentials import (
    PASSWORD,
    Browser,
    command,
    make_client,
    make_service_client,
    make_user,
    post,
    tokens_for,
)

MakeApp = Callable[..., Flask]
REGISTER = "/api/v1/register"


@pytest.fixture
def open_(make_app: MakeApp) -> FlaskClient:
    """A client of a service whose sign-up is open."""
    return make_app(sign_up_open="true", limits_sign_ups="100/minute").test_client()


def sign_up(client: FlaskClient, password: str, name: str = "lovelace") -> int:
    person = {"username": name, "email": f"{name}@example.com", "password": password}
    return client.post(REGISTER, json=person).status_code


@pytest.mark.parametrize(
    "bad",
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
def test_short_and_common_passwords_are_refused(open_: FlaskClient, bad: str) -> None:
    person = {"username": "lovelace", "email": "lovelace@example.com", "password": bad}
    refused = open_.post(REGISTER, json=person)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == ["#/password"]


@pytest.mark.parametrize(
    "good",
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
def test_a_password_is_taken_as_it_is(open_: FlaskClient, good: str) -> None:
    name = f"user-{abs(hash(good)) % 10**9}"
    assert sign_up(open_, good, name) == 201
    app = open_.application
    for wrong in {good.strip(), good.lower(), good[:-1], good + " "} - {good}:
        assert Browser(app, name).sign_in(wrong).status_code == 422
    assert Browser(app, name).sign_in(good).status_code == 303


@pytest.mark.control("W6")
def test_an_operator_may_ask_for_fewer_but_not_for_less_than_eight(make_app: MakeApp, service: ModuleType) -> None:
    app = make_app(sign_up_open="true", passwords_min_length="8")
    assert sign_up(app.test_client(), "rx7 tqlm", "brief") == 201
    with pytest.raises(service.core.settings.ConfigurationError, match="APP_PASSWORDS_MIN_LENGTH"):
        make_app(passwords_min_length="7")


@pytest.mark.control("A8")
def test_nothing_that_opens_a_door_is_kept(app: Flask, service: ModuleType) -> None:
    client = make_client(app)
    given = tokens_for(app, client, "kept")
    with app.app_context(), service.core.database.connect() as connection:
        tables = service.core.database.Base.metadata.tables
        rows = str([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables])  # noqa: S608
    for secret in (PASSWORD, client["secret"], given["refresh_token"], given["access_token"], "PRIVATE KEY"):
        assert secret not in rows
    assert "$argon2id$" in rows


def test_sign_up_is_closed_unless_it_is_opened(app: Flask) -> None:
    assert sign_up(app.test_client(), PASSWORD) == 403


def test_somebody_who_signed_up_signs_in_and_may_not_administer(open_: FlaskClient) -> None:
    made = open_.post(REGISTER, json={"username": "newton", "email": "n@example.com", "password": PASSWORD})
    assert made.status_code == 201
    assert made.json == {"id": made.json["id"], "username": "newton", "scopes": ["probes:read", "probes:write"]}
    assert Browser(open_.application, "newton").sign_in().status_code == 303
    assert sign_up(open_, PASSWORD, "newton") == 409


@pytest.mark.parametrize("field", ["scopes", "is_admin", "id", "locked_at"])
@pytest.mark.control("Z2")
def test_what_the_service_decides_cannot_be_signed_up_with(open_: FlaskClient, field: str) -> None:
    person = {"username": "mallory", "email": "m@example.com", "password": PASSWORD, field: "admin"}
    assert open_.post(REGISTER, json=person).status_code == 422


@pytest.mark.parametrize("name", ["ab", "A", "-ab", "a" * 33, "a b", "\u00e4bc", "a/b", ""])
def test_a_name_is_plain(open_: FlaskClient, name: str) -> None:
    assert sign_up(open_, PASSWORD, name) == 422


def test_the_commands_tell_what_is_wrong(app: Flask) -> None:
    make_user(app, "taken")
    run = app.test_cli_runner().invoke
    email = ("--email", "a@example.com", "--password-stdin")
    for arguments, typed, told in (
        (("users", "create", "taken", *email), PASSWORD, "taken"),
        (("users", "create", "Bad Name", *email), PASSWORD, "Invalid name"),
        (("users", "create", "weak", *email), "short", "at least 15"),
        (("users", "create", "odd", *email, "--scopes", "everything"), PASSWORD, "choose from"),
        (("users", "create", "odd", *email, "--scopes", "probes:read\u00a0admin"), PASSWORD, "choose from"),
        (("users", "lock", "nobody"), "", "Unknown user nobody"),
        (("clients", "rotate", "none"), "", "Unknown client none"),
        (("clients", "create", "--name", "x", "--grants", "password", "--scopes", "admin"), "", "choose from"),
        (("clients", "create", "--name", "x", "--grants", "authorization_code", "--scopes", "admin"), "", "redirect"),
        (
            ("clients", "create", "--name", "x", "--grants", "refresh_token", "--scopes", "admin"),
            "",
            "requires the grant authorization_code",
        ),
        (
            ("clients", "create", "--name", "x", "--grants", "client_credentials", "--scopes", "admin", "--public"),
            "",
            "public client",
        ),
        (("signing-keys", "delete", "none", "--yes"), "", "Unknown key none"),
    ):
        done = run(args=list(arguments), input=typed + "\n")
        assert done.exit_code, arguments
        assert told in done.output


@pytest.mark.parametrize(
    "uri",
    [
        "http://client.example/cb",
        "https://client.example/cb#fragment",
        "https://user@client.example/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "myapp:/cb",
        "https://",
        "/cb",
        "https://client.example/\"'",
        "https://client.example/ ",
        "https://ex\u00e4mple/",
    ],
)
@pytest.mark.control("O1")
def test_a_redirect_uri_that_could_be_taken_over_is_not_registered(app: Flask, uri: str) -> None:
    options = ("--grants", "authorization_code", "--scopes", "probes:read", "--redirect-uri", uri)
    done = app.test_cli_runner().invoke(args=["clients", "create", "--name", "x", *options])
    assert done.exit_code == 2
    assert "redirect-uri" in done.output


def test_an_operator_lists_people_and_clients(app: Flask) -> None:
    make_user(app, "listed")
    assert "listed@example.com" in command(app, "users", "list")
    made = command(
        app,
        *("clients", "create", "--name", "native", "--grants", "authorization_code", "--scopes", "probes:read"),
        *("--redirect-uri", "com.example.app:/cb", "--public", "--json"),
    )
    assert made["secret"] is None
    assert made["id"] in command(app, "clients", "list")
    (one,) = [client for client in command(app, "clients", "list", "--json") if client["id"] == made["id"]]
    assert (one["public"], one["redirect_uris"]) == (True, ["com.example.app:/cb"])


def test_a_new_secret_ends_the_one_before(app: Flask) -> None:
    robot = make_service_client(app)
    form = {"grant_type": "client_credentials"}
    assert post(app, "/oauth2/token", robot, form).status_code == 200
    fresh = command(app, "clients", "rotate", robot["id"], "--json")
    assert post(app, "/oauth2/token", robot, form).status_code == 401
    assert post(app, "/oauth2/token", fresh, form).status_code == 200
