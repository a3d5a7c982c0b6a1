"""``/oauth2/authorize``: validation of the request, and redirects to the client."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask

from tests.core.authorization_code import authorization_request, pkce
from tests.core.browser import Browser, ada, redirect_parameters
from tests.core.credentials import CALLBACK, create_client, shop

__all__ = ["ada", "shop"]

AUTHORIZE = "/oauth2/authorize"
ISSUER = "https://localhost:8443"


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
    rejected = ada.http.get(AUTHORIZE, query_string=authorization_request(create_client(app, *public), challenge))
    assert redirect_parameters(rejected)["error"] == "invalid_request"


@pytest.mark.parametrize("response_type", ["token", "id_token", "code token", "none", "code\u00e4", '"'])
@pytest.mark.control("O8")
@pytest.mark.control("O11")
def test_the_only_response_type_is_code(ada: Browser, shop: dict[str, str], response_type: str) -> None:
    query = {**authorization_request(shop, pkce()[1]), "response_type": response_type, "state": "s"}
    parameters = redirect_parameters(ada.http.get(AUTHORIZE, query_string=query))
    assert parameters["error"] == "unsupported_response_type"
    assert parameters["state"] == "s"
    assert parameters["iss"] == ISSUER


@pytest.mark.control("O8")
def test_a_request_without_a_response_type_is_invalid(ada: Browser, shop: dict[str, str]) -> None:
    query = {**authorization_request(shop, pkce()[1]), "response_type": "", "state": "s"}
    parameters = redirect_parameters(ada.http.get(AUTHORIZE, query_string=query))
    assert parameters["error"] == "invalid_request"
    assert parameters["state"] == "s"


@pytest.mark.parametrize("state", ["s", "a b+c&d=e%20", "\u00e4\U0001f600", "<script>", "x" * 2000])
@pytest.mark.control("O11")
def test_the_redirect_has_the_exact_state_and_the_issuer(ada: Browser, shop: dict[str, str], state: str) -> None:
    parameters = ada.consent(authorization_request(shop, pkce()[1], state=state))
    assert parameters["state"] == state
    assert parameters["iss"] == ISSUER
    denied = ada.consent(authorization_request(shop, pkce()[1], state=state), answer="deny")
    assert denied["error"] == "access_denied"
    assert "code" not in denied
    assert denied["state"] == state
    assert denied["iss"] == ISSUER
    assert "state" not in ada.consent(authorization_request(shop, pkce()[1]))


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"scope": "probes:read nonsense"}, "invalid_scope"),
        ({"scope": 'probes:read "'}, "invalid_scope"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
        ({"scope": "probes:read\u00a0probes:write"}, "invalid_scope"),
        ({"resource": "https://localhost:8443//"}, "invalid_target"),
        ({"resource": "https://localhost:8443/x"}, "invalid_target"),
    ],
)
@pytest.mark.control("O11")
@pytest.mark.control("O18")
def test_invalid_scopes_and_resources_are_reported_to_the_client(
    ada: Browser, shop: dict[str, str], more: dict[str, str], error: str
) -> None:
    query = authorization_request(shop, pkce()[1], state="s", **more)
    parameters = redirect_parameters(ada.http.get(AUTHORIZE, query_string=query))
    assert (parameters["error"], parameters["state"], parameters["iss"]) == (error, "s", ISSUER)


@pytest.mark.control("O1")
@pytest.mark.parametrize("more", [{"scope": "nonsense"}, {"response_type": "token"}, {"code_challenge": "short"}])
def test_an_error_is_sent_to_the_client_only_after_the_sign_in(
    app: Flask, ada: Browser, shop: dict[str, str], more: dict[str, str]
) -> None:
    query = {**authorization_request(shop, pkce()[1]), **more}
    stranger = app.test_client().get(AUTHORIZE, query_string=query)
    assert (stranger.status_code, stranger.location.partition("?")[0]) == (303, "/oauth2/login")
    assert "error" in redirect_parameters(ada.http.get(AUTHORIZE, query_string=query))


@pytest.mark.control("O13")
def test_a_redirect_is_303(app: Flask, ada: Browser, shop: dict[str, str]) -> None:
    stranger = app.test_client().get(AUTHORIZE, query_string=authorization_request(shop, pkce()[1]))
    rejected = ada.http.get(AUTHORIZE, query_string=authorization_request(shop, {}))
    assert (stranger.status_code, rejected.status_code) == (303, 303)
    ada.consent(authorization_request(shop, pkce()[1]))  # asserts 303


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
def test_a_hostile_query_gets_an_error_page(ada: Browser, query: bytes) -> None:
    rejected = ada.http.get(AUTHORIZE, query_string=query.decode("latin-1"))
    assert rejected.status_code == 400
    assert rejected.mimetype == "text/html"
    assert "Location" not in rejected.headers


@pytest.mark.control("O1")
@pytest.mark.parametrize("place", ["state", "scope", "code_challenge", "resource", "redirect_uri"])
def test_invalid_utf_8_never_reaches_a_redirect(ada: Browser, shop: dict[str, str], place: str) -> None:
    pairs = parse_qsl(urlsplit(f"?client_id={shop['id']}&redirect_uri={CALLBACK}&response_type=code").query)
    query = "&".join(f"{name}={value}" for name, value in pairs if name != place) + f"&{place}=%ff"
    assert ada.http.get(AUTHORIZE, query_string=query).status_code == 400
