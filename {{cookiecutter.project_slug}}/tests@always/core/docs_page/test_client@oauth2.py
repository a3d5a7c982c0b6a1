"""The OAuth2 client of the page ``/docs``."""

from collections.abc import Callable

from flask import Flask

from tests.core.credentials import create_client

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
