"""The OAuth2 client of the page ``/docs``."""

from collections.abc import Callable

from flask import Flask

from tests.core.credentials import command, create_client

MakeApp = Callable[..., Flask]
ADDRESS = "https://docs.example"
REDIRECT_URI = f"{ADDRESS}/docs/oauth2-redirect.html"


def test_the_page_uses_the_public_client_with_its_redirect_uri(make_app: MakeApp) -> None:
    app = make_app(docs_enabled="true", server_url=ADDRESS, server_allowed_hosts="docs.example")
    client = app.test_client()
    create_client(app, uri=REDIRECT_URI)  # a confidential client, whose secret a page cannot keep
    assert client.get("/docs/client.json", base_url=ADDRESS).json is None
    page = create_client(app, "--public", uri=REDIRECT_URI, scopes="probes:write probes:read")
    options = {
        "clientId": page["id"],
        "scopes": ["probes:read", "probes:write"],
        "usePkceWithAuthorizationCodeGrant": True,
    }
    assert client.get("/docs/client.json", base_url=ADDRESS).json == options
    create_client(app, "--public", uri=REDIRECT_URI)
    assert client.get("/docs/client.json", base_url=ADDRESS).json == options


def test_the_page_does_not_use_a_locked_client(make_app: MakeApp) -> None:
    address = "https://locked.example"
    app = make_app(docs_enabled="true", server_url=address, server_allowed_hosts="locked.example")
    locked, other = (create_client(app, "--public", uri=f"{address}/docs/oauth2-redirect.html") for _ in range(2))
    for client, expected in ((locked, other["id"]), (other, None)):
        command(app, "clients", "change", client["id"], "--locked")
        found = app.test_client().get("/docs/client.json", base_url=address).json
        assert (found and found["clientId"]) == expected
