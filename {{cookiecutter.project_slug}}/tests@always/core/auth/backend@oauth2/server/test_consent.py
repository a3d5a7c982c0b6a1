"""The consent page: its content, its form and the resulting code."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from tests.core.authorization_code import authorization_request, pkce, redeem
from tests.core.browser import Browser, ada, consent_form, hidden, redirect_parameters, signed_in
from tests.core.concurrency import Interleave, interleave
from tests.core.credentials import CALLBACK, command, create_client, create_user, shop

__all__ = ["ada", "interleave", "shop"]

MakeApp = Callable[..., Flask]
AUTHORIZE = "/oauth2/authorize"


@pytest.fixture
def authorization(service: ModuleType) -> Any:
    """The module of the view and its steps."""
    return service.core.auth.backend.server.authorization


@pytest.mark.control("O12")
def test_pages_cannot_be_read_across_origins(make_app: MakeApp) -> None:
    origin = {"Origin": "https://app.example"}
    client = make_app(cors_origins=origin["Origin"]).test_client()
    for path in (AUTHORIZE, "/oauth2/login", "/oauth2/account"):
        assert "Access-Control-Allow-Origin" not in client.get(path, headers=origin).headers
        preflight = client.options(path, headers={**origin, "Access-Control-Request-Method": "POST"})
        assert "Access-Control-Allow-Origin" not in preflight.headers
    assert "Access-Control-Allow-Origin" in client.post("/oauth2/token", headers=origin).headers


@pytest.mark.control("O20")
def test_the_page_shows_client_user_scopes_and_destination(app: Flask, ada: Browser) -> None:
    client = create_client(app, uri="https://client.example/callback", scopes="probes:read probes:write")
    page = ada.http.get(AUTHORIZE, query_string=authorization_request(client, pkce()[1])).text
    for text in (
        "Tester",
        "ada",
        "Read your probes",
        "Create, change and delete your probes",
        "https://client.example",
    ):
        assert text in page
    assert "statistics of the service" not in page


@pytest.mark.control("W1")
def test_a_get_request_never_consents(ada: Browser, shop: dict[str, str]) -> None:
    query = authorization_request(shop, pkce()[1])
    page = ada.http.get(AUTHORIZE, query_string=query).text
    response = ada.http.get(AUTHORIZE, query_string={**query, **consent_form(page)})
    assert response.status_code == 200
    assert "Location" not in response.headers


@pytest.mark.control("W1")
def test_consent_applies_to_the_shown_request_once(app: Flask, ada: Browser, shop: dict[str, str]) -> None:
    page = ada.http.get(AUTHORIZE, query_string=authorization_request(shop, pkce()[1], scope="probes:read")).text
    form = consent_form(page)
    # Other form fields are ignored.
    redirect = ada.http.post(AUTHORIZE, data={**form, "scope": "admin", "redirect_uri": "https://evil.example/"})
    assert "code" in redirect_parameters(redirect)
    replayed = ada.http.post(AUTHORIZE, data=form)
    assert replayed.status_code == 400
    assert "Location" not in replayed.headers


@pytest.mark.control("W1")
def test_a_form_of_another_browser_is_rejected(app: Flask, ada: Browser, shop: dict[str, str]) -> None:
    page = ada.http.get(AUTHORIZE, query_string=authorization_request(shop, pkce()[1])).text
    consent_request = hidden(page, "consent_request")
    create_user(app, "mallory")
    mallory = Browser(app, "mallory")
    mallory.sign_in()
    other_token = hidden(mallory.http.get("/oauth2/account").text, "csrf_token")
    for token in ("", "x", other_token):
        form = {"consent_request": consent_request, "csrf_token": token, "answer": "allow"}
        assert ada.http.post(AUTHORIZE, data=form).status_code == 403
    # The request was shown to another user.
    form = {"consent_request": consent_request, "csrf_token": other_token, "answer": "allow"}
    assert mallory.http.post(AUTHORIZE, data=form).status_code == 400


@pytest.mark.control("W2")
def test_a_page_has_no_script_and_no_frame_and_its_form_redirects_only_to_the_client(
    ada: Browser, shop: dict[str, str]
) -> None:
    page = ada.http.get(AUTHORIZE, query_string=authorization_request(shop, pkce()[1]))
    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
    assert policy["form-action"] == "'self' https://client.example"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("http://[::1]:4000/cb", "http:"),
        ("http://127.0.0.1:4000/cb", "http://127.0.0.1:4000"),
        ("com.example.app:/cb", "com.example.app:"),
    ],
)
@pytest.mark.control("W2")
def test_the_form_may_redirect_to_any_registered_uri(app: Flask, ada: Browser, uri: str, source: str) -> None:
    page = ada.http.get(
        AUTHORIZE, query_string={**authorization_request(create_client(app, uri=uri), pkce()[1]), "redirect_uri": uri}
    )
    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
    assert policy["form-action"] == f"'self' {source}"
    assert uri.removesuffix("/cb") in page.text


@pytest.mark.control("Z7")
def test_a_user_grants_only_own_scopes(app: Flask, shop: dict[str, str]) -> None:
    create_user(app, "reader", scopes="probes:read")
    browser = Browser(app, "reader")
    browser.sign_in()
    verifier, challenge = pkce()
    code = browser.consent(authorization_request(shop, challenge, scope="probes:read admin"))["code"]
    assert redeem(app, shop, code, verifier).json["scope"] == "probes:read"
    none = browser.http.get(AUTHORIZE, query_string=authorization_request(shop, challenge, scope="admin"))
    assert redirect_parameters(none)["error"] == "invalid_scope"


@pytest.mark.control("Z7")
@pytest.mark.control("W1")
def test_a_user_grants_only_shown_scopes(app: Flask, shop: dict[str, str]) -> None:
    create_user(app, "promoted", scopes="probes:read")
    browser = Browser(app, "promoted")
    browser.sign_in()
    verifier, challenge = pkce()
    page = browser.http.get(
        AUTHORIZE, query_string=authorization_request(shop, challenge, scope="probes:read admin")
    ).text
    command(app, "users", "grant", "promoted", "--scopes", "probes:read admin")
    form = consent_form(page)
    code = redirect_parameters(browser.http.post(AUTHORIZE, data=form))["code"]
    assert redeem(app, shop, code, verifier).json["scope"] == "probes:read"


@pytest.mark.control("Z7", "W1")
def test_a_client_without_scopes_gets_none_that_it_receives_before_the_answer(app: Flask) -> None:
    grant = ("--grants", "authorization_code", "--redirect-uri", CALLBACK)
    client = command(app, "clients", "create", "--name", "Tester", *grant, "--json")
    browser = signed_in(app, "identified")
    verifier, challenge = pkce()
    request = {name: value for name, value in authorization_request(client, challenge).items() if name != "scope"}
    page = browser.http.get(AUTHORIZE, query_string=request).text
    command(app, "clients", "change", client["id"], "--scopes", "probes:read")
    code = redirect_parameters(browser.http.post(AUTHORIZE, data=consent_form(page)))["code"]
    assert redeem(app, client, code, verifier).json["scope"] == ""


@pytest.mark.parametrize("arguments", ["users lock tardy", "users delete tardy --yes", "clients delete {id} --yes"])
@pytest.mark.control("W1")
def test_a_user_or_client_that_ends_during_the_consent_gets_no_code(
    app: Flask, authorization: Any, interleave: Interleave, arguments: str
) -> None:
    client, browser = create_client(app), signed_in(app, "tardy")
    page = browser.http.get(AUTHORIZE, query_string=authorization_request(client, pkce()[1])).text
    form = consent_form(page)
    interleave(authorization, "_allowed_scopes", lambda: command(app, *arguments.format(**client).split()))
    rejected = browser.http.post(AUTHORIZE, data=form)
    assert (rejected.status_code, rejected.mimetype) == (400, "text/html")
    if "lock" in arguments:
        command(app, "users", "unlock", "tardy")


def test_a_session_that_ends_before_the_page_is_shown_redirects_to_the_sign_in(
    app: Flask, shop: dict[str, str], authorization: Any, interleave: Interleave
) -> None:
    browser = signed_in(app, "leaver")
    interleave(authorization, "_allowed_scopes", lambda: command(app, "users", "lock", "leaver"))
    redirect = browser.http.get(AUTHORIZE, query_string=authorization_request(shop, pkce()[1]))
    assert (redirect.status_code, redirect.location.partition("?")[0]) == (303, "/oauth2/login")
