"""``/docs`` takes a key that is pasted: no file of it is asked for with a query, and none opens a window."""

from collections.abc import Callable

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]


@pytest.mark.parametrize("path", ["/docs", "/docs/start.js"])
def test_a_file_takes_no_query_and_opens_no_window(make_app: MakeApp, path: str) -> None:
    client = make_app(docs_enabled="true").test_client()
    assert client.get(f"{path}?code=abc").status_code == 400
    assert client.get(path).headers["Cross-Origin-Opener-Policy"] == "same-origin"
