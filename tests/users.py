"""A user with a browser: fills in the forms of the authorization server over HTTPS."""

import html
import re
from typing import Self

import httpx

from tests.services import Service

PASSWORD = "correct horse battery staple"  # noqa: S105
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def create_user(service: Service, name: str, scopes: str) -> None:
    """Create a user with the service's own command."""
    options = ("--email", f"{name}@example.com", "--scopes", scopes, "--password-stdin")
    service.flask("users", "create", name, *options, stdin=f"{PASSWORD}\n")


class User:
    """A user of the service, and their browser."""

    def __init__(self, service: Service, name: str, scopes: str) -> None:
        """Create the account and open a browser."""
        create_user(service, name, scopes)
        self.name = name
        self.browser = service.client()

    def __enter__(self) -> Self:
        """Return the user."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the browser."""
        self.browser.close()

    def sign_in(self, page: httpx.Response) -> httpx.Response:
        """Submit the sign-in form and follow the redirects."""
        form = hidden(page) | {"name": self.name, "password": PASSWORD}
        return self.browser.post("/oauth2/login", data=form, follow_redirects=True)

    def consent(self, url: str, answer: str = "allow") -> str:
        """Open an authorization URL, sign in if necessary, and answer the consent page.

        Return the URL to which the browser is redirected.
        """
        page = self.browser.get(url, follow_redirects=True)
        if page.url.path == "/oauth2/login":
            page = self.sign_in(page)
        response = self.browser.post("/oauth2/authorize", data=hidden(page) | {"answer": answer})
        if response.status_code != 303:
            raise AssertionError(f"{response.status_code} {response.text}")
        return response.headers["location"]


def hidden(page: httpx.Response) -> dict[str, str]:
    """Return the hidden fields of the first form of a page."""
    form = page.text.partition("<form")[2].partition("</form>")[0]
    return {name: html.unescape(value) for name, value in HIDDEN.findall(form)}
