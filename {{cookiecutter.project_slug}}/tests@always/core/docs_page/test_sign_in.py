"""``/docs`` signs people in: it knows its client and the window that comes back, and asks a provider for tokens."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]
PAGES = ("/docs/oauth2-redirect.html", "/docs/oauth2-redirect.js", "/docs/client.json")


@pytest.fixture
def shown(make_app: MakeApp) -> Flask:
    """A service that shows the page."""
    return make_app(docs_enabled="true")


@pytest.mark.parametrize("path", PAGES)
def test_what_the_sign_in_needs_is_there_where_the_page_is(app: Flask, shown: Flask, path: str) -> None:
    assert shown.test_client().get(path).status_code == 200
    assert app.test_client().get(path).status_code == 404


def test_a_sign_in_comes_back_with_what_the_script_reads(shown: Flask) -> None:
    told = "code=abc&state=xyz&iss=https%3A%2F%2Fid.example"
    assert shown.test_client().get(f"/docs/oauth2-redirect.html?{told}").status_code == 200


@pytest.mark.parametrize(
    ("issuer", "sources", "opener"),
    [
        ("https://id.example", "'self' https://id.example", ("same-origin-allow-popups", "unsafe-none")),
        ("https://localhost", "'self'", ("same-origin", "same-origin")),
    ],
    ids=["elsewhere", "here"],
)
def test_an_issuer_elsewhere_may_answer_the_page_and_open_a_window(
    shown: Flask,
    monkeypatch: pytest.MonkeyPatch,
    service: ModuleType,
    issuer: str,
    sources: str,
    opener: tuple[str, str],
) -> None:
    """Where tokens come from another origin, the page may ask that one and no other."""
    flow = {"authorizationUrl": f"{issuer}/auth", "tokenUrl": f"{issuer}/token", "scopes": {}}
    schemes = {"provider": {"type": "oauth2", "flows": {"authorizationCode": flow}}}
    monkeypatch.setattr(service.core.auth.backend, "security_schemes", lambda _app: schemes)
    paths = ("/docs", "/docs/oauth2-redirect.html", "/docs/start.js")
    page, redirect, script = (shown.test_client().get(path) for path in paths)
    assert f"connect-src {sources};" in page.headers["Content-Security-Policy"]
    assert tuple(answer.headers["Cross-Origin-Opener-Policy"] for answer in (page, redirect)) == opener
    assert script.headers["Cross-Origin-Opener-Policy"] == "same-origin"
