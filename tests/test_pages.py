"""Sign-in, consent and account pages in a browser, by keyboard; SCREENSHOTS sets a folder."""

import http.server
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser import launch
from tests.services import Service, bake, started
from tests.users import PASSWORD, create_user

SCOPES = "items:read items:write"
STATE = "a state & more"
# RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


class PageChecker:
    """Checks that apply to every page."""

    def __init__(self, page: Page, folder: Path) -> None:
        """Record the console messages and errors of the browser."""
        self.page = page
        self.folder = folder
        self.messages: list[str] = []
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))

    def __call__(self, name: str) -> None:
        """Assert: no script, a label for each control, one heading, no horizontal overflow."""
        self.page.screenshot(path=self.folder / f"{name}.png", full_page=True)
        assert self.page.locator("script").count() == 0
        assert self.page.get_by_role("heading", level=1).count() == 1
        assert self.page.title()
        assert self.page.locator("html").get_attribute("lang") == "en"
        for control in self.page.locator("input:visible, button").all():
            control_label = control.evaluate(
                "element => element.labels?.[0]?.textContent || element.textContent"
            )
            assert control_label.strip(), control.evaluate("element => element.outerHTML")
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    def press(self, name: str) -> None:
        """Press a button with the keyboard."""
        self.page.get_by_role("button", name=name, exact=True).focus()
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


class CallbackHandler(http.server.BaseHTTPRequestHandler):
    """The redirect URI of an OAuth2 client."""

    def do_GET(self) -> None:
        """Respond with a page."""
        content = b"<!doctype html><title>Back</title>Welcome back."
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Print nothing."""


@contextmanager
def application() -> Iterator[str]:
    """Run the client's HTTP server; yield its redirect URI."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), CallbackHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/callback"
        server.shutdown()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Start the service over HTTPS."""
    folder = bake(tmp_path_factory.mktemp("pages"), {"auth_style": "oauth2"})
    with started(folder, {}) as running:
        yield running


@pytest.mark.install
def test_a_user_signs_in_consents_and_withdraws_consent(service: Service, tmp_path: Path) -> None:
    """Chromium blocks nothing; in particular, form-action of the CSP allows the redirect."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    create_user(service, "ada", SCOPES)
    with application() as callback, sync_playwright() as playwright:
        client = create_client(service, callback)
        url = f"{service.url}/oauth2/authorize?{urlencode(request(client, callback))}"
        browser = launch(playwright)
        page = browser.new_page(ignore_https_errors=True, viewport={"width": 900, "height": 760})
        check = PageChecker(page, folder)

        page.goto(url)
        check("1-sign-in")
        page.get_by_label("Username").fill("ada")
        page.get_by_label("Password").fill("not the password")
        check.press("Sign in")
        assert page.get_by_role("alert").text_content() is not None
        check("2-wrong-password")
        page.get_by_label("Password").fill(PASSWORD)
        check.press("Sign in")
        assert "Create, change and delete your items" in page.inner_text("main")
        check("3-consent")
        check.press("Allow")
        response = redirect_parameters(page, callback, service)
        page.goto(url)
        check.press("Deny")
        assert redirect_parameters(page, callback, service)["error"] == "access_denied"

        redeem(service, client, callback, response["code"])
        page.goto(f"{service.url}/oauth2/account")
        assert "Shop" in page.inner_text("main")
        check("4-account")
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 360, "height": 740})
        check("5-account-dark-and-narrow")
        check.press("Withdraw the access of Shop")
        assert "No application has access to your account" in page.inner_text("main")
        check.press("Sign out")
        assert page.url == f"{service.url}/oauth2/login"
        page.goto(f"{service.url}/oauth2/authorize?client_id=nobody")
        check("6-error")
        browser.close()
    # The browser logs the two error responses of this test, and must not log anything else.
    expected = ("status of 422", "status of 400")
    assert [text for text in check.messages if not any(status in text for status in expected)] == []


def create_client(service: Service, callback: str) -> str:
    """Register a public client with the service's own command and return its id."""
    options = ("--grants", "authorization_code refresh_token", "--redirect-uri", callback)
    command = ("clients", "create", "--name", "Shop", "--scopes", SCOPES, "--public", "--json")
    return str(json.loads(service.flask(*command, *options))["id"])


def request(client: str, callback: str) -> dict[str, str]:
    """Return the parameters of an authorization request."""
    return {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": callback,
        "scope": SCOPES,
        "state": STATE,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }


def redirect_parameters(page: Page, callback: str, service: Service) -> dict[str, str]:
    """Return the query parameters of the redirect to the client."""
    assert page.url.startswith(f"{callback}?")
    parameters = dict(parse_qsl(urlsplit(page.url).query))
    assert (parameters["state"], parameters["iss"]) == (STATE, service.url)
    return parameters


def redeem(service: Service, client: str, callback: str, code: str) -> None:
    """Exchange the code for tokens, as the client does."""
    form = {"grant_type": "authorization_code", "client_id": client, "code": code}
    form |= {"redirect_uri": callback, "code_verifier": VERIFIER}
    with service.client() as http_:
        http_.post("/oauth2/token", data=form).raise_for_status()
