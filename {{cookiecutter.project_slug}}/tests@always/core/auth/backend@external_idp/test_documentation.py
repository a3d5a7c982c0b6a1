"""What the OpenAPI document and its page say of the tokens."""

from collections.abc import Callable

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]
ISSUER = "https://login.example.com/realms/acme"


def test_a_token_is_pasted_where_no_client_is_declared(make_app: MakeApp) -> None:
    client = make_app(docs_enabled="true", provider_issuer=ISSUER).test_client()
    (scheme,) = client.get("/openapi.json").json["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert ISSUER in scheme["description"]
    assert client.get("/docs/client.json").json is None
    assert "login.example.com" not in client.get("/docs").headers["Content-Security-Policy"]


@pytest.mark.control("E3")
def test_a_declared_client_signs_people_in_at_the_provider(make_app: MakeApp) -> None:
    app = make_app(docs_enabled="true", provider_issuer=ISSUER, provider_docs_client="docs")
    client = app.test_client()
    schemes = client.get("/openapi.json").json["components"]["securitySchemes"]
    assert schemes["sign_in"]["openIdConnectUrl"] == f"{ISSUER}/.well-known/openid-configuration"
    told = client.get("/docs/client.json").json
    assert told["clientId"] == "docs"
    assert told["usePkceWithAuthorizationCodeGrant"] is True
    assert "clientSecret" not in told
    assert "connect-src 'self' https://login.example.com;" in client.get("/docs").headers["Content-Security-Policy"]
