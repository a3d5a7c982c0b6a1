"""Validators, test tools, code generators and browsers accept every style's OpenAPI document.

The service is installed and started as its owner would, and called over HTTPS.
"""

import importlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from playwright.sync_api import Page, expect, sync_playwright

from tests.programs import program
from tests.selection import sample
from tests.services import Service, bake, started
from tests.template import CHOICES, TEMPLATE

TESTS = TEMPLATE / "tests"
EXAMPLES = 50
BROWSER = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = pytest.mark.install


@pytest.fixture(scope="module", params=sample(CHOICES["auth_style"], ["api_key"]))
def style(request: pytest.FixtureRequest) -> str:
    """Each auth style."""
    return str(request.param)


@pytest.fixture(scope="module")
def service(style: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service of the auth style."""
    folder = bake(tmp_path_factory.mktemp(style), {"auth_style": style})
    limits = tomllib.loads((folder / "settings.toml").read_text("utf-8"))["limits"]
    # The tests send requests faster than the default limits allow.
    rates = {
        f"APP_LIMITS_{name.upper()}": "1000000/minute"
        for name, value in limits.items()
        if "/" in value
    }
    with started(folder, rates) as running:
        yield running


@pytest.fixture
def credential(service: Service, style: str) -> tuple[str, str]:
    """The header of a new caller; a test that calls every endpoint may revoke its own key."""
    ((name, value),) = importlib.import_module(f"tests.smoke.{style}").credential(service).items()
    return name, value


@pytest.fixture
def document(service: Service, tmp_path: Path) -> Path:
    """The document that the service returns, in a file."""
    file = tmp_path / "openapi.json"
    with service.client() as client:
        file.write_text(client.get("/openapi.json").text, "utf-8")
    return file


def run(*command: str, folder: Path) -> str:
    """Run a command and return its output; if the command fails, fail with the output."""
    done = subprocess.run(
        command,
        cwd=folder,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    if done.returncode:
        pytest.fail(done.stdout, pytrace=False)
    return done.stdout


def test_the_document_is_valid(document: Path) -> None:
    """According to the OpenAPI 3.1 schema, and every reference resolves."""
    OpenAPIV31SpecValidator(json.loads(document.read_text("utf-8"))).validate()


def test_redocly_accepts_it(document: Path) -> None:
    """With the recommended rules, except for a licence, which the owner chooses."""
    npx = program("npx")
    run(
        npx,
        "--yes",
        "@redocly/cli@2",
        "lint",
        str(document),
        "--skip-rule",
        "info-license",
        folder=document.parent,
    )


def test_spectral_accepts_it(document: Path) -> None:
    """With its OpenAPI rules, without a warning."""
    npx = program("npx")
    (document.parent / ".spectral.yaml").write_text('extends: ["spectral:oas"]\n', "utf-8")
    run(
        npx,
        "--yes",
        "--package=@stoplight/spectral-cli@6",
        "spectral",
        "lint",
        str(document),
        "--fail-severity=warn",
        folder=document.parent,
    )


def test_the_service_conforms_to_the_document(
    service: Service, credential: tuple[str, str], tmp_path: Path
) -> None:
    """Schemathesis passes with all of its checks, for valid and invalid requests."""
    for name in ("schemathesis.toml", "schemathesis_hooks.py"):
        shutil.copy(TESTS / name, tmp_path)
    run(
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{service.url}/openapi.json",
        "--tls-verify",
        str(service.folder / "certs" / "ca.pem"),
        "--header",
        ": ".join(credential),
        "--checks",
        "all",
        "--max-examples",
        str(EXAMPLES),
        "--generation-deterministic",
        "--continue-on-failure",
        "--no-color",
        folder=tmp_path,
    )


def test_a_generated_client_works(
    service: Service, credential: tuple[str, str], document: Path
) -> None:
    """It creates, reads, lists and deletes an item, and parses problems, all typed."""
    folder = document.parent
    run(
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        "--path",
        str(document),
        "--output-path",
        str(folder / "generated"),
        "--meta",
        "none",
        folder=folder,
    )
    shutil.copy(TESTS / "client.py", folder)
    authority = service.folder / "certs" / "ca.pem"
    run(sys.executable, "client.py", service.url, str(authority), *credential, folder=folder)


def test_the_docs_page_sends_a_request(
    service: Service, style: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """It uses the credential, shows the response, and loads nothing from other hosts."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium", "chromium-browser", "google-chrome"), args=BROWSER
        )
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
