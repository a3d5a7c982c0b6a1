"""The page ``/docs``: it loads only files of this service, and a setting switches it off."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]


@pytest.fixture
def documented(make_app: MakeApp) -> Flask:
    """A service that shows the page."""
    return make_app(docs_enabled="true")


@pytest.mark.control("E3")
def test_the_page_has_no_inline_script_and_loads_nothing_from_other_hosts(documented: Flask) -> None:
    page = documented.test_client().get("/docs")
    assert page.status_code == 200
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|https?://|style=", page.text)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_every_file_that_the_page_loads_exists(documented: Flask) -> None:
    client = documented.test_client()
    paths = re.findall(r'(?:src|href)="([^"]+)"', client.get("/docs").text)
    assert len(paths) == 4
    for path in paths:
        assert client.get(path).status_code == 200, path


def test_an_unchanged_file_is_not_sent_again(documented: Flask) -> None:
    client = documented.test_client()
    first = client.get("/docs/swagger-ui-bundle.js")
    again = client.get("/docs/swagger-ui-bundle.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["/docs", "/docs/start.js"])
def test_a_query_is_rejected(documented: Flask, path: str) -> None:
    assert documented.test_client().get(f"{path}?code=abc").status_code == 400


@pytest.mark.parametrize("name", ["index.html", "../app.py", "%2e%2e/app.py", "swagger-ui.js.map", "page"])
def test_no_other_file_is_served(documented: Flask, name: str) -> None:
    assert documented.test_client().get(f"/docs/{name}").status_code == 404


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({}, 404),
        ({"docs_enabled": "true"}, 200),
        ({"environment": "development"}, 200),
        ({"environment": "development", "docs_enabled": "false"}, 404),
    ],
)
def test_it_is_disabled_in_production_unless_the_setting_enables_it(
    make_app: MakeApp, settings: dict[str, str], status: int
) -> None:
    client = make_app(**settings).test_client()
    assert {client.get(f"/docs{path}").status_code for path in ("", "/start.js")} == {status}


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/docs", "text/html"),
        ("/docs/swagger-ui.css", "text/css"),
        ("/docs/swagger-ui-bundle.js", "application/javascript"),
        ("/docs/favicon-32x32.png", "image/avif,image/png"),
    ],
)
def test_each_file_is_acceptable_by_its_media_type(documented: Flask, path: str, accept: str) -> None:
    assert documented.test_client().get(path, headers={"Accept": accept}).status_code == 200
