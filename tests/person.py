"""A person with a browser, as an authorization server sees them: forms filled in over HTTPS."""

import html
import re
from typing import Self

import httpx

from tests.services import Service

PASSWORD = "correct horse battery staple"  # noqa: S105
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def register(service: Service, name: str, scopes: str) -> None:
    """Make an account with the service's own command."""
    options = ("--email", f"{name}@example.com", "--scopes", scopes, "--password-stdin")
    service.flask("users", "create", name, *options, typed=f"{PASSWORD}\n")


class Person:
    """Somebody with an account at the service."""

    def __init__(self, service: Service, name: str, scopes: str) -> None:
        """Make the account and open a browser."""
        register(service, name, scopes)
        self.name = name
        self.browser = service.client()

    def __enter__(self) -> Self:
        """Give the person, whose browser is closed in the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the browser."""
        self.browser.close()

    def sign_in(self, page: httpx.Response) -> httpx.Response:
        """Fill in the page that asks for name and password, and follow where it leads."""
        form = hidden(page) | {"name": self.name, "password": PASSWORD}
        return self.browser.post("/oauth2/login", data=form, follow_redirects=True)

    def consent(self, asked: str, answer: str = "allow") -> str:
        """Follow an application to the service, sign in if asked to, and answer.

        Returns where the browser was sent back to.
        """
        page = self.browser.get(asked, follow_redirects=True)
        if page.url.path == "/oauth2/login":
            page = self.sign_in(page)
        sent = self.browser.post("/oauth2/authorize", data=hidden(page) | {"answer": answer})
        if sent.status_code != 303:
            raise AssertionError(f"{sent.status_code} {sent.text}")
        return sent.headers["location"]


def hidden(page: httpx.Response) -> dict[str, str]:
    """Return the hidden fields of the first form of a page."""
    form = page.text.partition("<form")[2].partition("</form>")[0]
    return {name: html.unescape(value) for name, value in HIDDEN.findall(form)}
