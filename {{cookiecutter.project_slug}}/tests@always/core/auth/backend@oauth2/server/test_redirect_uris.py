"""``/oauth2/authorize`` redirects to a registered URI only; the port of a loopback address may vary."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.core.authorization_code import authorization_request, pkce
from tests.core.browser import Browser, ada
from tests.core.credentials import create_client, shop

__all__ = ["ada", "shop"]

AUTHORIZE = "/oauth2/authorize"


def variations() -> Iterator[str]:
    """Yield redirect URIs that resemble the registered one."""
    host, path = "client.example", "/callback"
    yield from (
        f"https://{host}{path}{end}" for end in ("/", "?", "?a=b", "#", "#a", "%00", "/..", "/../callback", ".", ";")
    )
    yield from (
        f"https://{host}{start}" for start in ("", "/", "/Callback", "/call%62ack", "//callback", "/./callback")
    )
    yield from (f"https://{host}{more}{path}" for more in (":443", ":8443", ".", ".evil.example", "@evil.example"))
    yield from (f"https://{name}{path}" for name in ("CLIENT.example", "evil.example", "a.client.example", "ev\u0131l"))
    yield from (f"https://{user}@{host}{path}" for user in ("a", "a:b", ""))
    yield from (f"{scheme}://{host}{path}" for scheme in ("http", "HTTPS", "ftp", "javascript"))
    yield from ("javascript:alert(1)", "data:text/html,x", f"//{host}{path}", path, "callback", "https:client.example")
    yield from (f"https://{host}{path}\r\nSet-Cookie: a=b", f"https://{host}{path}\"'<>", f"https:\\\\{host}{path}")
    yield from (f" https://{host}{path}", f"https://{host}{path} ", "https://[", "https://client.example:port/callback")


@pytest.mark.parametrize("uri", [*variations(), None])
@pytest.mark.control("O1")
def test_another_redirect_uri_is_rejected_without_a_redirect(
    ada: Browser, shop: dict[str, str], uri: str | None
) -> None:
    query: dict[str, str | None] = {**authorization_request(shop, pkce()[1]), "redirect_uri": uri}
    rejected = ada.http.get(AUTHORIZE, query_string={name: value for name, value in query.items() if value is not None})
    assert rejected.status_code == 400
    assert "Location" not in rejected.headers
    assert rejected.mimetype == "text/html"


@pytest.mark.parametrize(
    ("registered", "requested", "allowed"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", True),
        ("http://127.0.0.1:1234/cb", "http://127.0.0.1:49152/cb", True),
        ("http://[::1]/cb", "http://[::1]:49152/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:65535/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", False),
        ("http://[::1]/cb", "http://[::1]:99999/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/other", False),
        ("http://127.0.0.1/cb", "http://[::1]/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb", False),
        ("http://localhost:3000/cb", "http://localhost:3001/cb", False),
        ("https://client.example/cb", "https://client.example:444/cb", False),
    ],
)
@pytest.mark.control("O1")
def test_only_the_port_of_a_loopback_address_may_vary(
    app: Flask, ada: Browser, registered: str, requested: str, allowed: bool
) -> None:
    client = create_client(app, uri=registered)
    response = ada.http.get(
        AUTHORIZE, query_string={**authorization_request(client, pkce()[1]), "redirect_uri": requested}
    )
    assert response.status_code == (200 if allowed else 400)
