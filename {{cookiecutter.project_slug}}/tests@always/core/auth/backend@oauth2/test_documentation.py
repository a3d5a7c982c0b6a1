"""What the page ``/docs`` is told of the client that it is."""

from collections.abc import Callable

from flask import Flask

from tests.core.credentials import make_client

MakeApp = Callable[..., Flask]
HERE = "https://docs.example"
RETURN = f"{HERE}/docs/oauth2-redirect.html"


def test_the_page_is_a_client_once_its_address_is_registered(make_app: MakeApp) -> None:
    app = make_app(docs_enabled="true", server_url=HERE, server_allowed_hosts="docs.example")
    client = app.test_client()
    make_client(app, uri=RETURN)  # one with a secret, which a page cannot keep
    assert client.get("/docs/client.json", base_url=HERE).json is None
    page = make_client(app, "--public", uri=RETURN, scopes="probes:write probes:read")
    told = {
        "clientId": page["id"],
        "scopes": ["probes:read", "probes:write"],
        "usePkceWithAuthorizationCodeGrant": True,
    }
    assert client.get("/docs/client.json", base_url=HERE).json == told
    make_client(app, "--public", uri=RETURN)
    assert client.get("/docs/client.json", base_url=HERE).json == told
