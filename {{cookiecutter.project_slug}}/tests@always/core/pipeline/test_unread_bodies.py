"""A body that the view does not read is read before the response is sent, and a lost connection blocks nothing."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.core.registry import registered
from tests.core.views import Serve, serve

__all__ = ["serve"]
URL = "https://localhost"


class LostConnection(io.RawIOBase):
    """A body whose client has disconnected, as some servers report it."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        raise ConnectionResetError


def send(client: FlaskClient, path: str, body: io.RawIOBase | io.BytesIO) -> str:
    """Send a request with a body of 2 bytes; return the status of the response."""
    environ: dict[str, Any] = EnvironBuilder(path, URL, method="POST").get_environ()
    environ |= {"wsgi.input": body, "CONTENT_LENGTH": "2"}
    _, status, _ = run_wsgi_app(client.application.wsgi_app, environ)
    return status


@pytest.mark.control("R7")
def test_a_lost_connection_releases_its_slot(serve: Serve) -> None:
    def ignored() -> str:
        return "ignored"

    client = serve(ignored)
    assert send(client, "/ignored", LostConnection()) == "200 OK"
    assert registered(client.application, "BodySlots").requests.occupied == {}


@pytest.mark.parametrize("status", [200, 204, 304])
def test_the_body_is_read(serve: Serve, status: int) -> None:
    def ignored() -> tuple[str, int]:
        return "", status

    body = io.BytesIO(b"{}")
    assert send(serve(ignored), "/ignored", body).startswith(str(status))
    assert body.read() == b""
