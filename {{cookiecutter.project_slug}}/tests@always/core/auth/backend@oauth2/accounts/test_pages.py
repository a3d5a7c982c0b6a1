"""Properties of all HTML pages, and error pages."""

from itertools import pairwise
from types import ModuleType

import pytest
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from tests.core.browser import Browser
from tests.core.credentials import create_user

LOGIN = "/oauth2/login"
ACCOUNT = "/oauth2/account"
COOKIE = "__Host-session"


@pytest.fixture
def ada(app: Flask) -> Browser:
    """The browser of a user with an account, before sign-in."""
    create_user(app, "ada")
    return Browser(app)


@pytest.mark.control("W2")
@pytest.mark.parametrize("path", [LOGIN, ACCOUNT])
def test_pages_have_no_script_and_no_frame(ada: Browser, path: str) -> None:
    ada.sign_in()
    page = ada.http.get(path)
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert page.headers["Cache-Control"] == "no-store"
    assert "<script" not in page.text


@pytest.mark.parametrize("path", [LOGIN, ACCOUNT])
def test_pages_have_no_surplus_blank_lines(ada: Browser, path: str) -> None:
    ada.sign_in()
    lines = [line.strip() for line in ada.http.get(path).text.splitlines()]
    assert ("", "") not in pairwise(lines)
    assert lines.count("") < len(lines) / 10


@pytest.mark.control("W3")
def test_an_empty_cookie_is_replaced(ada: Browser) -> None:
    ada.http.set_cookie(COOKIE, "", secure=True)
    assert ada.sign_in().status_code == 303


@pytest.mark.control("E1")
def test_an_unexpected_exception_gives_an_error_page(
    ada: Browser, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.auth.backend.accounts.sessions, "load", lambda: 1 / 0)
    broken = ada.http.get(ACCOUNT)
    assert (broken.status_code, broken.mimetype) == (500, "text/html")
    assert "Internal error" in broken.text


def test_an_unavailable_database_gives_an_error_page_with_retry_after(
    ada: Browser, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ServiceUnavailable("The database is unavailable.", retry_after=1)

    monkeypatch.setattr(service.core.auth.backend.accounts.sessions, "load", fail)
    page = ada.http.get(ACCOUNT)
    assert (page.status_code, page.mimetype, page.headers["Retry-After"]) == (503, "text/html", "1")


def test_hostile_names_are_escaped(app: Flask, ada: Browser) -> None:
    ada.name = "<script>alert(1)</script>"
    rejected = ada.sign_in()
    assert "<script>" not in rejected.text
    ada.name = "ada"
    ada.http.environ_base["HTTP_USER_AGENT"] = "<img src=x onerror=alert(1)>\u200e"
    ada.sign_in()
    assert "<img" not in ada.http.get(ACCOUNT).text


def test_the_style_sheet_is_served(ada: Browser) -> None:
    style = ada.http.get("/oauth2/style.css")
    assert style.mimetype == "text/css"
    assert style.status_code == 200
