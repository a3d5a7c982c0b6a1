"""The page of ``/oauth2/authorize`` that asks a person: what it shows, and what counts as the answer."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from tests.core.concurrency import Interleave, interleave
from tests.core.credentials import (
    Browser,
    ada,
    asking,
    command,
    consent_form,
    hidden,
    make_client,
    make_user,
    pkce,
    redeem,
    returned,
    shop,
    signed_in,
)

__all__ = ["ada", "interleave", "shop"]

MakeApp = Callable[..., Flask]
AUTHORIZE = "/oauth2/authorize"


@pytest.fixture
def authorization(service: ModuleType) -> Any:
    """The view, and the steps that it takes."""
    return service.core.auth.backend.server.authorization


@pytest.mark.control("O12")
def test_no_page_is_read_across_origins(make_app: MakeApp) -> None:
    origin = {"Origin": "https://app.example"}
    client = make_app(cors_origins=origin["Origin"]).test_client()
    for path in (AUTHORIZE, "/oauth2/login", "/oauth2/account"):
        assert "Access-Control-Allow-Origin" not in client.get(path, headers=origin).headers
        preflight = client.options(path, headers={**origin, "Access-Control-Request-Method": "POST"})
        assert "Access-Control-Allow-Origin" not in preflight.headers
    assert "Access-Control-Allow-Origin" in client.post("/oauth2/token", headers=origin).headers


@pytest.mark.control("O20")
def test_the_page_names_client_person_scopes_and_destination(app: Flask, ada: Browser) -> None:
    client = make_client(app, uri="https://client.example/callback", scopes="probes:read probes:write")
    page = ada.http.get(AUTHORIZE, query_string=asking(client, pkce()[1])).text
    for text in (
        "Tester",
        "ada",
        "Read your probes",
        "Create, change and delete your probes",
        "https://client.example",
    ):
        assert text in page
    assert "figures of the service" not in page


@pytest.mark.control("W1")
def test_a_get_never_consents(ada: Browser, shop: dict[str, str]) -> None:
    query = asking(shop, pkce()[1])
    page = ada.http.get(AUTHORIZE, query_string=query).text
    tried = consent_form(page)
    again = ada.http.get(AUTHORIZE, query_string={**query, **tried})
    assert again.status_code == 200
    assert "Location" not in again.headers


@pytest.mark.control("W1")
def test_consent_is_for_the_request_that_was_shown_once(app: Flask, ada: Browser, shop: dict[str, str]) -> None:
    page = ada.http.get(AUTHORIZE, query_string=asking(shop, pkce()[1], scope="probes:read")).text
    form = consent_form(page)
    # What is posted beside the answer changes nothing.
    sent = ada.http.post(AUTHORIZE, data={**form, "scope": "admin", "redirect_uri": "https://evil.example/"})
    assert "code" in returned(sent)
    replayed = ada.http.post(AUTHORIZE, data=form)
    assert replayed.status_code == 400
    assert "Location" not in replayed.headers


@pytest.mark.control("W1")
def test_a_form_that_was_not_shown_to_this_browser_is_refused(app: Flask, ada: Browser, shop: dict[str, str]) -> None:
    page = ada.http.get(AUTHORIZE, query_string=asking(shop, pkce()[1])).text
    shown = hidden(page, "consent_request")
    make_user(app, "mallory")
    mallory = Browser(app, "mallory")
    mallory.sign_in()
    theirs = hidden(mallory.http.get("/oauth2/account").text, "csrf_token")
    for token in ("", "x", theirs):
        form = {"consent_request": shown, "csrf_token": token, "answer": "allow"}
        assert ada.http.post(AUTHORIZE, data=form).status_code == 403
    # The request was shown to somebody else.
    form = {"consent_request": shown, "csrf_token": theirs, "answer": "allow"}
    assert mallory.http.post(AUTHORIZE, data=form).status_code == 400


@pytest.mark.control("W2")
def test_a_page_has_no_script_no_frame_and_leads_to_its_client_alone(ada: Browser, shop: dict[str, str]) -> None:
    page = ada.http.get(AUTHORIZE, query_string=asking(shop, pkce()[1]))
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
def test_a_form_may_lead_to_any_redirect_uri(app: Flask, ada: Browser, uri: str, source: str) -> None:
    page = ada.http.get(AUTHORIZE, query_string={**asking(make_client(app, uri=uri), pkce()[1]), "redirect_uri": uri})
    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
    assert policy["form-action"] == f"'self' {source}"
    assert uri.removesuffix("/cb") in page.text


@pytest.mark.control("Z7")
def test_a_person_gives_only_what_they_have(app: Flask, shop: dict[str, str]) -> None:
    make_user(app, "reader", scopes="probes:read")
    browser = Browser(app, "reader")
    browser.sign_in()
    verifier, challenge = pkce()
    code = browser.consent(asking(shop, challenge, scope="probes:read admin"))["code"]
    assert redeem(app, shop, code, verifier).json["scope"] == "probes:read"
    none = browser.http.get(AUTHORIZE, query_string=asking(shop, challenge, scope="admin"))
    assert returned(none)["error"] == "invalid_scope"


@pytest.mark.control("Z7")
@pytest.mark.control("W1")
def test_a_person_gives_only_what_was_shown(app: Flask, shop: dict[str, str]) -> None:
    make_user(app, "promoted", scopes="probes:read")
    browser = Browser(app, "promoted")
    browser.sign_in()
    verifier, challenge = pkce()
    page = browser.http.get(AUTHORIZE, query_string=asking(shop, challenge, scope="probes:read admin")).text
    command(app, "users", "grant", "promoted", "--scopes", "probes:read admin")
    form = consent_form(page)
    code = returned(browser.http.post(AUTHORIZE, data=form))["code"]
    assert redeem(app, shop, code, verifier).json["scope"] == "probes:read"


@pytest.mark.parametrize("what", ["users lock tardy", "users delete tardy --yes", "clients delete {id} --yes"])
@pytest.mark.control("W1")
def test_what_has_ended_before_the_answer_counts_is_given_nothing(
    app: Flask, authorization: Any, interleave: Interleave, what: str
) -> None:
    client, browser = make_client(app), signed_in(app, "tardy")
    page = browser.http.get(AUTHORIZE, query_string=asking(client, pkce()[1])).text
    form = consent_form(page)
    interleave(authorization, "_allowed_scopes", lambda: command(app, *what.format(**client).split()))
    refused = browser.http.post(AUTHORIZE, data=form)
    assert (refused.status_code, refused.mimetype) == (400, "text/html")
    if "lock" in what:
        command(app, "users", "unlock", "tardy")


def test_a_session_that_ends_before_the_page_is_shown_leads_to_the_sign_in(
    app: Flask, shop: dict[str, str], authorization: Any, interleave: Interleave
) -> None:
    browser = signed_in(app, "leaver")
    interleave(authorization, "_allowed_scopes", lambda: command(app, "users", "lock", "leaver"))
    led = browser.http.get(AUTHORIZE, query_string=asking(shop, pkce()[1]))
    assert (led.status_code, led.location.partition("?")[0]) == (303, "/oauth2/login")
