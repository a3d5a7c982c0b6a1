"""Sign-in, sign-out and sessions."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask

from tests.core.authorization_code import authorization_request, pkce
from tests.core.browser import Browser, consent_form, hidden, redirect_parameters
from tests.core.credentials import PASSWORD, create_client, create_user

LOGIN = "/oauth2/login"
ACCOUNT = "/oauth2/account"
COOKIE = "__Host-session"
WRONG = "a wrong password of mine"


@pytest.fixture
def ada(app: Flask) -> Browser:
    """The browser of a user with an account, before sign-in."""
    create_user(app, "ada")
    return Browser(app)


def cookie(browser: Browser) -> str:
    found = browser.http.get_cookie(COOKIE)
    assert found is not None
    return found.value


def test_a_user_signs_in_and_out(ada: Browser) -> None:
    assert ada.http.get(ACCOUNT).location == LOGIN
    signed_in = ada.sign_in()
    assert (signed_in.status_code, signed_in.location) == (303, ACCOUNT)
    page = ada.http.get(ACCOUNT)
    assert "ada@example.com" in page.text
    old_cookie = cookie(ada)
    signed_out = ada.http.post("/oauth2/logout", data={"csrf_token": hidden(page.text, "csrf_token")})
    assert (signed_out.status_code, signed_out.location) == (303, LOGIN)
    ada.http.set_cookie(COOKIE, old_cookie, secure=True)
    assert ada.http.get(ACCOUNT).status_code == 303


@pytest.mark.parametrize(
    ("name", "password"), [("ada", WRONG), ("unknown", PASSWORD), ("", ""), ("ada", ""), ("\u00e4", "x")]
)
def test_an_unknown_name_and_an_incorrect_password_get_the_same_response(
    ada: Browser, name: str, password: str
) -> None:
    ada.name = name
    rejected = ada.sign_in(password)
    assert rejected.status_code == 422
    assert "Incorrect username or password" in rejected.text
    assert ada.http.get(ACCOUNT).status_code == 303


@pytest.mark.control("W1")
@pytest.mark.parametrize("token", ["", "x", None])
def test_a_sign_in_without_a_valid_csrf_token_is_rejected(app: Flask, ada: Browser, token: str | None) -> None:
    stranger = Browser(app)
    theirs = hidden(stranger.http.get(LOGIN).text, "csrf_token")
    ada.http.get(LOGIN)
    form = {"csrf_token": theirs if token is None else token, "name": "ada", "password": PASSWORD}
    assert ada.http.post(LOGIN, data=form).status_code == 403
    assert app.test_client().post(LOGIN, data={**form, "csrf_token": theirs}).status_code == 403


@pytest.mark.control("W1")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://localhost:8443.evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "https://localhost:8443"}, 303),
        ({"Origin": "https://localhost"}, 303),
    ],
)
def test_a_form_from_another_origin_is_rejected(ada: Browser, headers: dict[str, str], status: int) -> None:
    form = {"csrf_token": hidden(ada.http.get(LOGIN).text, "csrf_token"), "name": "ada", "password": PASSWORD}
    assert ada.http.post(LOGIN, data=form, headers=headers).status_code == status


@pytest.mark.control("W3")
def test_the_session_cookie_has_all_protecting_attributes(ada: Browser) -> None:
    first, second = ada.http.get(LOGIN), ada.sign_in()
    for response in (first, second):
        name, *attributes = response.headers["Set-Cookie"].split("; ")
        assert name.startswith(f"{COOKIE}=")
        assert set(attributes) == {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"}


@pytest.mark.control("W4")
def test_signing_in_starts_a_new_session(ada: Browser) -> None:
    ada.http.get(LOGIN)
    anonymous = cookie(ada)
    ada.sign_in()
    first = cookie(ada)
    ada.sign_in()
    assert len({anonymous, first, cookie(ada)}) == 3


@pytest.mark.control("W4")
def test_signing_in_again_ends_the_previous_session(ada: Browser) -> None:
    ada.sign_in()
    previous = cookie(ada)
    ada.sign_in()
    assert ada.http.get(ACCOUNT).status_code == 200
    ada.http.set_cookie(COOKIE, previous, secure=True)
    assert ada.http.get(ACCOUNT).status_code == 303


@pytest.mark.control("W4")
def test_a_chosen_cookie_does_not_become_a_session(app: Flask, ada: Browser) -> None:
    ada.http.set_cookie(COOKIE, "chosen", secure=True)
    ada.sign_in()
    stranger = app.test_client()
    stranger.set_cookie(COOKIE, "chosen", secure=True)
    assert stranger.get(ACCOUNT).status_code == 303


@pytest.mark.parametrize(
    "query",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "@evil.example",
        "x\nLocation: https://evil.example",
        "../../evil",
        "#https://evil.example",
    ],
)
@pytest.mark.control("W7")
def test_a_sign_in_redirects_only_to_the_authorization_endpoint(ada: Browser, query: str) -> None:
    redirect = ada.sign_in(authorization_request=query)
    if redirect.status_code == 303:
        target = urlsplit(redirect.location)
        assert (target.scheme, target.netloc, target.path) == ("", "", "/oauth2/authorize")
    else:
        assert redirect.status_code == 400
    for name in ("next", "return_to", "redirect_uri"):
        page = ada.http.get(LOGIN, query_string={name: "https://evil.example"}).text
        assert "evil" not in page


def test_a_sign_in_continues_with_the_authorization_request(app: Flask, ada: Browser) -> None:
    query = authorization_request(create_client(app), pkce()[1], state="a b&c=\u00e4", scope="probes:read")
    redirect = ada.http.get("/oauth2/authorize", query_string=query)
    assert redirect.status_code == 303
    parts = urlsplit(redirect.location)
    assert parts.path == LOGIN
    page = ada.http.get(redirect.location).text
    redirect = ada.sign_in(authorization_request=dict(parse_qsl(parts.query))["authorization_request"])
    assert hidden(page, "authorization_request")
    consent = ada.http.get(redirect.location)
    assert consent.status_code == 200
    parameters = redirect_parameters(ada.http.post("/oauth2/authorize", data=consent_form(consent.text)))
    assert parameters["state"] == query["state"]


@pytest.mark.control("H3")
def test_the_page_repeats_only_a_bounded_part_of_what_was_sent(ada: Browser) -> None:
    form = {"csrf_token": hidden(ada.http.get(LOGIN).text, "csrf_token"), "password": WRONG}
    long_name = ada.http.post(LOGIN, data={**form, "name": "n" * 10_000})
    assert long_name.status_code == 422
    assert "n" * 255 in long_name.text
    assert len(long_name.text) < 4096
    long_request = ada.http.post(LOGIN, data={**form, "name": "ada", "authorization_request": "r" * 20_000})
    assert long_request.status_code == 400
    assert len(long_request.text) < 4096
