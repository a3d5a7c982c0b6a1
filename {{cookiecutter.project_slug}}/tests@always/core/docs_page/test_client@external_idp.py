"""The sign-in at the page ``/docs``: with a client at the identity provider, or with a pasted token."""

from collections.abc import Callable

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]
ISSUER = "https://login.example.com/realms/acme"


def test_without_a_client_the_page_accepts_a_pasted_token(make_app: MakeApp) -> None:
    client = make_app(docs_enabled="true", provider_issuer=ISSUER).test_client()
    (scheme,) = client.get("/openapi.json").json["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert ISSUER in scheme["description"]
    assert client.get("/docs/client.json").json is None
    assert "login.example.com" not in client.get("/docs").headers["Content-Security-Policy"]


@pytest.mark.control("E3")
def test_with_a_client_users_sign_in_at_the_provider(make_app: MakeApp) -> None:
    app = make_app(docs_enabled="true", provider_issuer=ISSUER, provider_docs_client="docs")
    client = app.test_client()
    schemes = client.get("/openapi.json").json["components"]["securitySchemes"]
    assert schemes["sign_in"]["openIdConnectUrl"] == f"{ISSUER}/.well-known/openid-configuration"
    options = client.get("/docs/client.json").json
    assert options["clientId"] == "docs"
    assert options["usePkceWithAuthorizationCodeGrant"] is True
    assert "clientSecret" not in options
    assert "connect-src 'self' https://login.example.com;" in client.get("/docs").headers["Content-Security-Policy"]
