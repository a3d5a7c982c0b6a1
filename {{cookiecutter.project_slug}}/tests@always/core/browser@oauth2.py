"""The browser of a user, which signs in and consents."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.credentials import CALLBACK, PASSWORD, create_user


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field of a page."""
    field = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert field, page
    return field[1].replace("&amp;", "&")


def consent_form(page: str, answer: str = "allow") -> dict[str, str]:
    """Return the completed form of a consent page."""
    return {name: hidden(page, name) for name in ("csrf_token", "consent_request")} | {"answer": answer}


class Browser:
    """A user's browser, which signs in and consents."""

    def __init__(self, app: Flask, name: str = "ada") -> None:
        self.http: FlaskClient = app.test_client()
        self.name = name

    def sign_in(self, password: str = PASSWORD, authorization_request: str = "") -> Any:
        """Submit the form of the sign-in page."""
        page = self.http.get("/oauth2/login").text
        form = {"csrf_token": hidden(page, "csrf_token"), "name": self.name, "password": password}
        return self.http.post("/oauth2/login", data={**form, "authorization_request": authorization_request})

    def consent(self, query: dict[str, str], answer: str = "allow") -> dict[str, str]:
        """Send an authorization request, answer the consent page, and return the parameters of the redirect."""
        page = self.http.get("/oauth2/authorize", query_string=query)
        assert page.status_code == 200, page.text
        response = self.http.post("/oauth2/authorize", data=consent_form(page.text, answer))
        assert response.status_code == 303, response.text
        return redirect_parameters(response)


def redirect_parameters(response: Any) -> dict[str, str]:
    """Return the query parameters of a redirect to the client."""
    assert response.location.startswith(CALLBACK + "?"), response.location
    return dict(parse_qsl(urlsplit(response.location).query))


def signed_in(app: Flask, name: str) -> Browser:
    """Return the browser of a user who is signed in."""
    create_user(app, name)
    browser = Browser(app, name)
    assert browser.sign_in().status_code == 303
    return browser


@pytest.fixture(scope="module")
def ada(app: Flask) -> Browser:
    """The browser of a user who is signed in."""
    return signed_in(app, "ada")
