"""What all pages for people have in common, and how they tell errors."""

from itertools import pairwise
from types import ModuleType

import pytest
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from tests.core.credentials import Browser, make_user

LOGIN = "/oauth2/login"
ACCOUNT = "/oauth2/account"
COOKIE = "__Host-session"


@pytest.fixture
def ada(app: Flask) -> Browser:
    """The browser of somebody with an account."""
    make_user(app, "ada")
    return Browser(app)


@pytest.mark.control("W2")
@pytest.mark.parametrize("path", [LOGIN, ACCOUNT])
def test_the_pages_have_no_script_and_no_frame(ada: Browser, path: str) -> None:
    ada.sign_in()
    page = ada.http.get(path)
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert page.headers["Cache-Control"] == "no-store"
    assert "<script" not in page.text


@pytest.mark.parametrize("path", [LOGIN, ACCOUNT])
def test_a_page_is_not_full_of_blank_lines(ada: Browser, path: str) -> None:
    ada.sign_in()
    lines = [line.strip() for line in ada.http.get(path).text.splitlines()]
    assert ("", "") not in pairwise(lines)
    assert lines.count("") < len(lines) / 10


@pytest.mark.control("W3")
def test_a_browser_with_an_empty_cookie_gets_one(ada: Browser) -> None:
    ada.http.set_cookie(COOKIE, "", secure=True)
    assert ada.sign_in().status_code == 303


@pytest.mark.control("E1")
def test_an_unexpected_exception_is_told_on_a_page(
    ada: Browser, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.auth.backend.accounts.sessions, "load", lambda: 1 / 0)
    broken = ada.http.get(ACCOUNT)
    assert (broken.status_code, broken.mimetype) == (500, "text/html")
    assert "Internal error" in broken.text


def test_a_page_that_needs_the_database_says_when_to_come_again(
    ada: Browser, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise ServiceUnavailable("The database does not answer.", retry_after=1)

    monkeypatch.setattr(service.core.auth.backend.accounts.sessions, "load", away)
    away_page = ada.http.get(ACCOUNT)
    assert (away_page.status_code, away_page.mimetype, away_page.headers["Retry-After"]) == (503, "text/html", "1")


def test_hostile_names_are_text(app: Flask, ada: Browser) -> None:
    ada.name = "<script>alert(1)</script>"
    refused = ada.sign_in()
    assert "<script>" not in refused.text
    ada.name = "ada"
    ada.http.environ_base["HTTP_USER_AGENT"] = "<img src=x onerror=alert(1)>\u200e"
    ada.sign_in()
    assert "<img" not in ada.http.get(ACCOUNT).text
    styled = ada.http.get("/oauth2/style.css")
    assert styled.mimetype == "text/css"
    assert styled.status_code == 200
