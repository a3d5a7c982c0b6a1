"""Users sign in on the page ``/docs`` in a new window; the page then fetches a token."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]
PATHS = ("/docs/oauth2-redirect.html", "/docs/oauth2-redirect.js", "/docs/client.json")


@pytest.fixture
def documented(make_app: MakeApp) -> Flask:
    """A service that shows the page."""
    return make_app(docs_enabled="true")


@pytest.mark.parametrize("path", PATHS)
def test_the_files_of_the_sign_in_exist_if_the_page_is_enabled(app: Flask, documented: Flask, path: str) -> None:
    assert documented.test_client().get(path).status_code == 200
    assert app.test_client().get(path).status_code == 404


def test_the_result_of_a_sign_in_is_in_the_query(documented: Flask) -> None:
    result = "code=abc&state=xyz&iss=https%3A%2F%2Fid.example"
    assert documented.test_client().get(f"/docs/oauth2-redirect.html?{result}").status_code == 200


@pytest.mark.parametrize(
    ("issuer", "sources", "opener"),
    [
        ("https://id.example", "'self' https://id.example", ("same-origin-allow-popups", "unsafe-none")),
        ("https://localhost", "'self'", ("same-origin", "same-origin")),
    ],
    ids=["another origin", "this service"],
)
def test_an_issuer_at_another_origin_can_be_fetched_and_opened_in_a_window(
    documented: Flask,
    monkeypatch: pytest.MonkeyPatch,
    service: ModuleType,
    issuer: str,
    sources: str,
    opener: tuple[str, str],
) -> None:
    """The page may fetch tokens from that origin and from no other."""
    flow = {"authorizationUrl": f"{issuer}/auth", "tokenUrl": f"{issuer}/token", "scopes": {}}
    schemes = {"provider": {"type": "oauth2", "flows": {"authorizationCode": flow}}}
    monkeypatch.setattr(service.core.auth.backend, "security_schemes", lambda _app: schemes)
    paths = ("/docs", "/docs/oauth2-redirect.html", "/docs/start.js")
    page, redirect, script = (documented.test_client().get(path) for path in paths)
    assert f"connect-src {sources};" in page.headers["Content-Security-Policy"]
    assert tuple(response.headers["Cross-Origin-Opener-Policy"] for response in (page, redirect)) == opener
    assert script.headers["Cross-Origin-Opener-Policy"] == "same-origin"
