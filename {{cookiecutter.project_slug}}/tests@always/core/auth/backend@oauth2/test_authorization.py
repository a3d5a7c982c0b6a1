"""``/oauth2/authorize``: which requests are let through to the person, and where the browser is sent."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask

from tests.core.credentials import CALLBACK, Browser, ada, asking, make_client, pkce, returned, shop

__all__ = ["ada", "shop"]

AUTHORIZE = "/oauth2/authorize"
ISSUER = "https://localhost:8443"


def variations() -> Iterator[str]:
    """Give redirect URIs that look like the registered one."""
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
def test_another_redirect_uri_is_refused_and_not_followed(ada: Browser, shop: dict[str, str], uri: str | None) -> None:
    query: dict[str, str | None] = {**asking(shop, pkce()[1]), "redirect_uri": uri}
    refused = ada.http.get(AUTHORIZE, query_string={name: value for name, value in query.items() if value is not None})
    assert refused.status_code == 400
    assert "Location" not in refused.headers
    assert refused.mimetype == "text/html"


@pytest.mark.parametrize(
    ("registered", "asked", "allowed"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", True),
        ("http://127.0.0.1:1234/cb", "http://127.0.0.1:49152/cb", True),
        ("http://[::1]/cb", "http://[::1]:49152/cb", True),
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
    app: Flask, ada: Browser, registered: str, asked: str, allowed: bool
) -> None:
    client = make_client(app, uri=registered)
    answer = ada.http.get(AUTHORIZE, query_string={**asking(client, pkce()[1]), "redirect_uri": asked})
    assert (answer.status_code == 200) is allowed


@pytest.mark.parametrize("public", [(), ("--public",)], ids=["confidential", "public"])
@pytest.mark.parametrize(
    "challenge",
    [
        {},
        {"code_challenge": "", "code_challenge_method": "S256"},
        {"code_challenge": "a" * 43},
        {"code_challenge": "a" * 43, "code_challenge_method": "plain"},
        {"code_challenge": "a" * 43, "code_challenge_method": "s256"},
        {"code_challenge": "a" * 42, "code_challenge_method": "S256"},
        {"code_challenge": "a" * 44, "code_challenge_method": "S256"},
        {"code_challenge": "+" * 43, "code_challenge_method": "S256"},
        {"code_challenge": "\u00e4" * 43, "code_challenge_method": "S256"},
    ],
)
@pytest.mark.control("O2")
def test_every_client_must_use_pkce_with_s256(
    app: Flask, ada: Browser, public: tuple[str, ...], challenge: dict[str, str]
) -> None:
    refused = ada.http.get(AUTHORIZE, query_string=asking(make_client(app, *public), challenge))
    assert returned(refused)["error"] == "invalid_request"


@pytest.mark.parametrize("wanted", ["token", "id_token", "code token", "none", "code\u00e4", '"'])
@pytest.mark.control("O8")
@pytest.mark.control("O11")
def test_there_is_only_the_code(ada: Browser, shop: dict[str, str], wanted: str) -> None:
    query = {**asking(shop, pkce()[1]), "response_type": wanted, "state": "s"}
    told = returned(ada.http.get(AUTHORIZE, query_string=query))
    assert told["error"] == "unsupported_response_type"
    assert told["state"] == "s"
    assert told["iss"] == ISSUER


@pytest.mark.control("O8")
def test_a_request_without_a_response_type_is_invalid(ada: Browser, shop: dict[str, str]) -> None:
    query = {**asking(shop, pkce()[1]), "response_type": "", "state": "s"}
    told = returned(ada.http.get(AUTHORIZE, query_string=query))
    assert told["error"] == "invalid_request"
    assert told["state"] == "s"


@pytest.mark.parametrize("state", ["s", "a b+c&d=e%20", "\u00e4\U0001f600", "<script>", "x" * 2000])
@pytest.mark.control("O11")
def test_state_comes_back_exactly_and_iss_tells_who_speaks(ada: Browser, shop: dict[str, str], state: str) -> None:
    told = ada.consent(asking(shop, pkce()[1], state=state))
    assert told["state"] == state
    assert told["iss"] == ISSUER
    denied = ada.consent(asking(shop, pkce()[1], state=state), answer="deny")
    assert denied["error"] == "access_denied"
    assert "code" not in denied
    assert denied["state"] == state
    assert denied["iss"] == ISSUER
    assert "state" not in ada.consent(asking(shop, pkce()[1]))


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"scope": "probes:read nonsense"}, "invalid_scope"),
        ({"scope": 'probes:read "'}, "invalid_scope"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
        ({"scope": "probes:read\u00a0items:write"}, "invalid_scope"),
        ({"resource": "https://localhost:8443//"}, "invalid_target"),
        ({"resource": "https://localhost:8443/x"}, "invalid_target"),
    ],
)
@pytest.mark.control("O11")
@pytest.mark.control("O18")
def test_what_cannot_be_given_is_told_to_the_client(
    ada: Browser, shop: dict[str, str], more: dict[str, str], error: str
) -> None:
    told = returned(ada.http.get(AUTHORIZE, query_string=asking(shop, pkce()[1], state="s", **more)))
    assert (told["error"], told["state"], told["iss"]) == (error, "s", ISSUER)


@pytest.mark.control("O13")
def test_a_redirect_is_303(app: Flask, ada: Browser, shop: dict[str, str]) -> None:
    stranger = app.test_client().get(AUTHORIZE, query_string=asking(shop, pkce()[1]))
    refused = ada.http.get(AUTHORIZE, query_string=asking(shop, {}))
    assert (stranger.status_code, refused.status_code) == (303, 303)
    ada.consent(asking(shop, pkce()[1]))  # asserts 303


@pytest.mark.parametrize(
    "query",
    [
        b"client_id=%ff",
        b"client_id=a&client_id=b",
        b"client_id=%00",
        b"client_id=%0d%0aX:y",
        b"state=%ed%a0%80",
        b"&".join(b"p%d=1" % number for number in range(60)),
        "client_id=\u00e4".encode(),
        b"%",
        b"=",
        b"client_id=%F0%9F%98%80&redirect_uri=%22",
    ],
)
def test_a_hostile_query_is_refused_with_a_page(ada: Browser, query: bytes) -> None:
    refused = ada.http.get(AUTHORIZE, query_string=query.decode("latin-1"))
    assert refused.status_code == 400
    assert refused.mimetype == "text/html"
    assert "Location" not in refused.headers


@pytest.mark.control("O1")
@pytest.mark.parametrize("place", ["state", "scope", "code_challenge", "resource", "redirect_uri"])
def test_bytes_that_are_no_text_never_reach_a_redirect(ada: Browser, shop: dict[str, str], place: str) -> None:
    pairs = parse_qsl(urlsplit(f"?client_id={shop['id']}&redirect_uri={CALLBACK}&response_type=code").query)
    query = "&".join(f"{name}={value}" for name, value in pairs if name != place) + f"&{place}=%ff"
    assert ada.http.get(AUTHORIZE, query_string=query).status_code == 400
