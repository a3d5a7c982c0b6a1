"""``flask clients``."""

from typing import Any

import pytest
from flask import Flask

from tests.core.authorization_code import tokens_for
from tests.core.credentials import CALLBACK, command, create_client, create_service_client, post_form, refresh


def test_a_public_client_has_no_secret(app: Flask) -> None:
    created = command(
        app,
        *("clients", "create", "--name", "native", "--grants", "authorization_code", "--scopes", "probes:read"),
        *("--redirect-uri", "com.example.app:/cb", "--public", "--json"),
    )
    assert created["secret"] is None
    assert created["id"] in command(app, "clients", "list")
    (client,) = [client for client in command(app, "clients", "list", "--json") if client["id"] == created["id"]]
    assert (client["public"], client["redirect_uris"]) == (True, ["com.example.app:/cb"])


def test_the_list_shows_the_clients_that_may_introspect(app: Flask) -> None:
    created = {create_service_client(app, *options)["id"]: bool(options) for options in ((), ("--introspects",))}
    listed = {client["id"]: client["introspects"] for client in command(app, "clients", "list", "--json")}
    assert {client_id: listed[client_id] for client_id in created} == created
    table = {line.split()[0]: "yes" in line.split() for line in command(app, "clients", "list").splitlines()}
    assert {client_id: table[client_id] for client_id in created} == created


def test_a_rotated_secret_stops_working(app: Flask) -> None:
    client = create_service_client(app)
    form = {"grant_type": "client_credentials"}
    assert post_form(app, "/oauth2/token", client, form).status_code == 200
    rotated = command(app, "clients", "rotate", client["id"], "--json")
    assert post_form(app, "/oauth2/token", client, form).status_code == 401
    assert post_form(app, "/oauth2/token", rotated, form).status_code == 200


@pytest.mark.control("Z7")
def test_a_client_is_changed(app: Flask) -> None:
    client, uri = create_client(app, "--rate", "5/minute"), "https://client.example/new"
    issued = tokens_for(app, client, "ada", "probes:read probes:write")

    def change(*options: str) -> dict[str, Any]:
        command(app, "clients", "change", client["id"], *options)
        (found,) = [found for found in command(app, "clients", "list", "--json") if found["id"] == client["id"]]
        return dict(found)

    before = change("--scopes", "probes:read", "--name", "Renamed")
    assert (before["name"], before["scopes"], before["rate"]) == ("Renamed", ["probes:read"], "5/minute")
    header = {"Authorization": f"Bearer {issued['access_token']}"}
    assert app.test_client().get("/api/v1/me", headers=header).json["scopes"] == ["probes:read"]
    assert refresh(app, client, issued["refresh_token"]).json["scope"] == "probes:read"
    expected = {**before, "rate": None, "redirect_uris": sorted([CALLBACK, uri])}
    assert change("--no-rate", "--redirect-uri", uri, "--redirect-uri", CALLBACK) == expected


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
        f"https://{'a' * 64}.example/cb",
        "https://a..example/cb",
        "https://CLIENT.example/cb",
        "https://client.example:/cb",
        "https://client.example/cb?",
        "https://client.example/cb[]",
        "http://127.0.0.1:08080/cb",
        "http://127.0.0.1:99999/cb",
    ],
)
@pytest.mark.control("O1")
def test_an_unsafe_redirect_uri_is_rejected(app: Flask, uri: str) -> None:
    options = ("--grants", "authorization_code", "--scopes", "probes:read", "--redirect-uri", uri)
    result = app.test_cli_runner().invoke(args=["clients", "create", "--name", "x", *options])
    assert result.exit_code == 2
    assert "redirect-uri" in result.stderr


def test_a_redirect_uri_that_would_be_changed_is_printed_as_it_would_be_sent(app: Flask) -> None:
    options = ("--grants", "authorization_code", "--redirect-uri", "https://CLIENT.example/cb")
    result = app.test_cli_runner().invoke(args=["clients", "create", "--name", "x", *options])
    assert "must be written as https://client.example/cb" in " ".join(result.stderr.split())
