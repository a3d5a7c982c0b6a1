"""The browser in which tests open pages."""

from playwright.sync_api import Browser, Playwright

from tests.programs import program

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def launch(playwright: Playwright) -> Browser:
    """Start the installed Chromium."""
    path = program("chromium", "chromium-browser", "google-chrome")
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
