"""The sign-in at the page ``/docs``: with a client at the identity provider, or with a pasted token."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.core.identity_provider import IdentityProvider, provider

__all__ = ["provider"]

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


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://acme.auth.example.com/oauth2/token", "https://acme.auth.example.com "),
        ("http://acme.auth.example.com/oauth2/token", ""),
        ("https://acme.example.com;script-src/token", ""),
        ("https://[/token", ""),
        (1, ""),
    ],
)
def test_the_page_may_fetch_tokens_at_another_host_of_the_provider(
    make_app: MakeApp, provider: IdentityProvider, endpoint: Any, origin: str
) -> None:
    provider.metadata["token_endpoint"] = endpoint
    app = make_app(docs_enabled="true", provider_docs_client="docs", **provider.settings)
    policy = app.test_client().get("/docs").headers["Content-Security-Policy"]
    assert f"connect-src 'self' {origin}{provider.issuer};" in policy
