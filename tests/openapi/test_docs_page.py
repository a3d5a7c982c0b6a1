"""The page `/docs` sends a request of the document, in a browser; SCREENSHOTS sets a folder."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import launch
from tests.services import Service

pytestmark = pytest.mark.install


def test_the_docs_page_sends_a_request(
    service: Service, style: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """It uses the credential, shows the response, and loads nothing from other hosts."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(
            ignore_https_errors=True, viewport={"width": 1000, "height": 800}
        )
        context.on(
            "console",
            lambda message: (
                errors.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        context.on("weberror", lambda event: errors.append(str(event.error)))
        context.on(
            "request",
            lambda sent: errors.append(sent.url) if _foreign(sent.url, service) else None,
        )
        page = context.new_page()
        page.goto(f"{service.url}/docs")
        page.get_by_role("button", name="Authorize", exact=True).click()
        if style == "oauth2":
            _sign_in(page, service, folder)
        else:
            _paste(page, request.getfixturevalue("credential")[1])
        page.locator(".auth-btn-wrapper .btn-done").first.click()
        operation = page.locator("#operations-items-create_item")
        operation.locator(".opblock-summary-control").click()
        operation.locator(".try-out__btn").click()
        operation.locator(".execute").click()
        expect(
            operation.locator(".live-responses-table tbody .response-col_status")
        ).to_contain_text("201")
        expect(
            operation.locator(".live-responses-table tbody .highlight-code").first
        ).to_contain_text("Desk lamp")
        page.screenshot(path=folder / f"docs-{style}.png", full_page=True)
        browser.close()
    assert errors == []


def _paste(page: Page, credential: str) -> None:
    page.locator(".auth-container input").first.fill(credential.removeprefix("Bearer "))
    page.locator(".auth-btn-wrapper .authorize").first.click()


def _sign_in(page: Page, service: Service, folder: Path) -> None:
    """Sign in and consent in the popup window, as the user that `make run` created."""
    credentials = json.loads((service.folder / "var" / "development.json").read_text("utf-8"))
    page.screenshot(path=folder / "docs-sign-in.png")
    with page.expect_popup() as opened:
        page.locator(".auth-btn-wrapper .authorize").first.click()
    window = opened.value
    window.get_by_label("Username").fill("developer")
    window.get_by_label("Password").fill(credentials["password"])
    window.get_by_role("button", name="Sign in", exact=True).click()
    with window.expect_event("close"):
        window.get_by_role("button", name="Allow", exact=True).click()
    expect(page.locator(".auth-container").first).to_contain_text("Authorized")


def _foreign(url: str, service: Service) -> bool:
    return not url.startswith((service.url, "data:"))
