"""Pages and extensions in Chromium: which origins can read responses, with which headers."""

import base64
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import BrowserContext, sync_playwright

from tests.programs import program
from tests.services import Service, bake, started

CALL = """async ([url, headers]) => {
    try {
        const response = await fetch(url, {headers})
        return [response.status, (await response.json()).id ?? null]
    } catch (error) {
        return [0, error.name]
    }
}"""
MANIFEST = {"manifest_version": 3, "name": "Items", "version": "1.0"}


class EmptyPage(http.server.BaseHTTPRequestHandler):
    """Any host and path: an empty page."""

    def do_GET(self) -> None:
        """Respond with the page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Log nothing."""


def extension(folder: Path) -> str:
    """Write an extension with an empty page; return its id, a digest of its public key."""
    public = rsa.generate_private_key(65537, 2048).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    manifest = {**MANIFEST, "key": base64.b64encode(der).decode()}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "page.html").write_text("<!doctype html>")
    digest = hashlib.sha256(der).hexdigest()[:32]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest)


@contextmanager
def chromium(profile: Path, loaded: Path) -> Iterator[BrowserContext]:
    """Start Chromium with an extension; names that end with .test are this machine."""
    options = [
        "--no-sandbox",
        "--host-resolver-rules=MAP *.test 127.0.0.1",
        f"--disable-extensions-except={loaded}",
        f"--load-extension={loaded}",
        "--headless=new",
    ]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program("chromium", "chromium-browser", "google-chrome"),
            headless=False,
            args=options,
            ignore_https_errors=True,
        )
        try:
            yield context
        finally:
            context.close()


def created_key(service: Service) -> str:
    """Return a new key."""
    made = service.flask("keys", "create", "--name", "me", "--scopes", "items:read", "--json")
    return str(json.loads(made)["key"])


@pytest.fixture
def pages() -> Iterator[int]:
    """Serve empty pages; return the port."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_only_allowed_pages_and_extensions_can_read_responses(tmp_path: Path, pages: int) -> None:
    """The page sends a key and a header that is allowed by a setting."""
    for name in ("service", "profile", "extension"):
        (tmp_path / name).mkdir()
    item = extension(tmp_path / "extension")
    allowed = [f"http://shop.test:{pages}", f"chrome-extension://{item}"]
    settings = {
        "APP_CORS_ORIGINS": ", ".join(allowed),
        "APP_CORS_REQUEST_HEADERS": "sentry-trace, baggage",
    }
    with (
        started(bake(tmp_path / "service", {}), settings) as service,
        chromium(tmp_path / "profile", tmp_path / "extension") as browser,
    ):
        url, headers = f"{service.url}/api/v1/me", {"X-API-Key": created_key(service)}
        traced = {**headers, "sentry-trace": "0-0", "baggage": "a=b"}
        page = browser.new_page()

        def call(address: str, sent: dict[str, str]) -> list[object]:
            page.goto(address)
            found: list[object] = page.evaluate(CALL, [url, sent])
            return found

        assert call(f"http://shop.test:{pages}/", traced) == [200, "me"]
        assert call(f"http://shop.test:{pages}/", {}) == [401, None]
        assert call(f"chrome-extension://{item}/page.html", traced) == [200, "me"]
        assert call(f"http://shop.test:{pages}/", {**headers, "X-Other": "1"}) == [0, "TypeError"]
        assert call(f"http://other.test:{pages}/", traced) == [0, "TypeError"]
        assert call(f"http://localhost:{pages}/", {}) == [0, "TypeError"]
