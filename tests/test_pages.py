"""Sign-in, consent and account in a browser, by the keyboard; SCREENSHOTS=folder keeps pictures."""

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

from tests.person import PASSWORD, register
from tests.programs import program
from tests.services import Service, bake, started

BROWSER = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SCOPES = "items:read items:write"
STATE = "a state & more"
# RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


class Look:
    """What a person meets on each page, whatever it is for."""

    def __init__(self, page: Page, folder: Path) -> None:
        """Listen to what the browser complains of: something blocked, something that fails."""
        self.page = page
        self.folder = folder
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def __call__(self, name: str) -> None:
        """Look at the page: no script, a name for each control, one heading, nothing cut off."""
        self.page.screenshot(path=self.folder / f"{name}.png", full_page=True)
        assert self.page.locator("script").count() == 0
        assert self.page.get_by_role("heading", level=1).count() == 1
        assert self.page.title()
        assert self.page.locator("html").get_attribute("lang") == "en"
        for control in self.page.locator("input:visible, button").all():
            named = control.evaluate("one => one.labels?.[0]?.textContent || one.textContent")
            assert named.strip(), control.evaluate("one => one.outerHTML")
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    def press(self, name: str) -> None:
        """Press a button by the keyboard."""
        self.page.get_by_role("button", name=name, exact=True).focus()
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


class Back(http.server.BaseHTTPRequestHandler):
    """The application's side: it has the person back."""

    def do_GET(self) -> None:
        """Answer with a page."""
        content = b"<!doctype html><title>Back</title>Welcome back."
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def application() -> Iterator[str]:
    """Run the application's side; yield its redirect URI."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Back) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/callback"
        server.shutdown()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run the service over HTTPS."""
    folder = bake(tmp_path_factory.mktemp("pages"), {"auth_style": "oauth2"})
    with started(folder, {}) as running:
        yield running


@pytest.mark.install
def test_a_person_signs_in_consents_and_withdraws(service: Service, tmp_path: Path) -> None:
    """Chromium blocks nothing on the way, the redirect that answers the form least of all."""
    chromium = program("chromium", "chromium-browser", "google-chrome")
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    register(service, "ada", SCOPES)
    with application() as callback, sync_playwright() as playwright:
        client = made(service, callback)
        asked = f"{service.url}/oauth2/authorize?{urlencode(request(client, callback))}"
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        page = browser.new_page(ignore_https_errors=True, viewport={"width": 900, "height": 760})
        look = Look(page, folder)

        page.goto(asked)
        look("1-sign-in")
        page.get_by_label("Name").fill("ada")
        page.get_by_label("Password").fill("not the password")
        look.press("Sign in")
        assert page.get_by_role("alert").text_content() is not None
        look("2-wrong-password")
        page.get_by_label("Password").fill(PASSWORD)
        look.press("Sign in")
        assert "Create, change and delete your items" in page.inner_text("main")
        look("3-consent")
        look.press("Allow")
        given = came_back(page, callback, service)
        page.goto(asked)
        look.press("Do not allow")
        assert came_back(page, callback, service)["error"] == "access_denied"

        redeem(service, client, callback, given["code"])
        page.goto(f"{service.url}/oauth2/account")
        assert "Shop" in page.inner_text("main")
        look("4-account")
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 360, "height": 740})
        look("5-account-dark-and-narrow")
        look.press("Withdraw what Shop may do")
        assert "No application acts for you" in page.inner_text("main")
        look.press("Sign out")
        assert page.url == f"{service.url}/oauth2/login"
        page.goto(f"{service.url}/oauth2/authorize?client_id=nobody")
        look("6-error")
        browser.close()
    # The browser says of itself that a sign-in was refused and a request wrong; nothing else.
    expected = ("status of 422", "status of 400")
    assert [said for said in look.complaints if not any(one in said for one in expected)] == []


def made(service: Service, callback: str) -> str:
    """Make a public client with the service's own command and return its id."""
    asks = ("--grants", "authorization_code refresh_token", "--redirect-uri", callback)
    command = ("clients", "create", "--name", "Shop", "--scopes", SCOPES, "--public", "--json")
    return str(json.loads(service.flask(*command, *asks))["id"])


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


def came_back(page: Page, callback: str, service: Service) -> dict[str, str]:
    """Return what the application was told."""
    assert page.url.startswith(f"{callback}?")
    told = dict(parse_qsl(urlsplit(page.url).query))
    assert (told["state"], told["iss"]) == (STATE, service.url)
    return told


def redeem(service: Service, client: str, callback: str, code: str) -> None:
    """Exchange the code, as the application does."""
    form = {"grant_type": "authorization_code", "client_id": client, "code": code}
    form |= {"redirect_uri": callback, "code_verifier": VERIFIER}
    with service.client() as http_:
        http_.post("/oauth2/token", data=form).raise_for_status()
