"""The service routes a request as Flask does, with less work; it ignores a request to change to WebSocket."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, url_for
from werkzeug.routing import MapAdapter
from werkzeug.test import EnvironBuilder

MakeApp = Callable[..., Flask]
URL = "https://localhost"


def attributes(adapter: MapAdapter | None) -> dict[str, Any]:
    """Return the attributes of an adapter, with the path as Werkzeug matches it."""
    assert adapter is not None
    return {**vars(adapter), "path_info": f"/{adapter.path_info.lstrip('/')}"}


@pytest.mark.parametrize(
    "options",
    [
        {"path": "/"},
        {"path": "/api/v1/me", "query_string": "a=1&a=2"},
        {"path": "//api//v1/me/"},
        {"path": "/caf%C3%A9/%2F/%00"},
        {"path": "/", "query_string": "a=%FF&caf\xe9"},
        {"path": "/", "method": "PATCH"},
        {"path": "/x", "base_url": "https://localhost:8443/prefix"},
        {"path": "/x", "base_url": "http://localhost/prefix/"},
        {"path": "/x", "environ_overrides": {"HTTP_HOST": "LOCALHOST"}},
        {"path": "/x", "base_url": "http://[::1]:8000"},
        {"path": "/x", "environ_overrides": {"HTTP_HOST": ""}},
    ],
)
def test_the_adapter_is_that_of_flask(make_app: MakeApp, options: dict[str, Any]) -> None:
    app = make_app()
    environ = EnvironBuilder(**{"base_url": URL, **options}).get_environ()
    own = attributes(app.create_url_adapter(app.request_class(environ)))
    assert own == attributes(Flask.create_url_adapter(app, app.request_class(environ)))


def test_an_external_url_has_the_host_of_the_request(make_app: MakeApp) -> None:
    with make_app().test_request_context("/", base_url="https://localhost:8443"):
        assert url_for("me.me", _external=True) == "https://localhost:8443/api/v1/me"


def test_the_server_name_of_flask_has_its_effect(make_app: MakeApp) -> None:
    app = make_app()
    app.config["SERVER_NAME"] = "api.example.org"
    with app.app_context():
        assert url_for("me.me") == "http://api.example.org/api/v1/me"
    with app.test_request_context("/", base_url=URL):
        assert url_for("me.me", _external=True) == "https://api.example.org/api/v1/me"
