"""In debug mode, the service serves the code as it is after a change."""

import http.client
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from tests.core.live_server import HOST, Served, free_port, serving
from tests.core.package import ROOT, core, package

MakeApp = Callable[..., Flask]
SECONDS = 60
SERVICE = f"""\
import os

from flask import Blueprint

from {package.__name__} import core
from tests.core.service import MIGRATIONS

blueprint = Blueprint("reloaded", __name__)


@blueprint.get("/word")
@core.public
def word():
    return {{"word": "WORD"}}


def create_app(environ=os.environ):
    return core.create_app(__name__, environ=environ, blueprints=[blueprint], migrations=MIGRATIONS)
"""


def wait_for(served: Served, status: int, body: bytes) -> None:
    """Wait until ``/word`` returns this response."""
    deadline, response = time.monotonic() + SECONDS, None
    while time.monotonic() < deadline:
        try:
            with closing(
                http.client.HTTPSConnection(HOST, served.port, context=served.trusting(), timeout=SECONDS)
            ) as connection:
                connection.request("GET", "/word", headers={"Host": "localhost"})
                received = connection.getresponse()
                response = received.status, received.read().strip()
        except OSError as error:  # the old worker had accepted this connection
            if isinstance(error, ConnectionRefusedError) and sys.platform == "linux":
                raise  # the parent listens, so that connections wait for the new worker
            response = error
        if response == (status, body):
            return
        time.sleep(0.1)
    raise AssertionError(f"{response} after {SECONDS} s, not {status} {body!r}:\n{served.output.read_text()}")


def test_debug_mode_serves_changed_code_also_after_a_syntax_error(
    app: Flask, environ: dict[str, str], certificate: Path, tmp_path: Path
) -> None:
    """The server also stops cleanly: ``serving`` asserts its exit status."""
    module = tmp_path / "reloaded" / "__init__.py"
    module.parent.mkdir()
    module.write_text(SERVICE)
    debug = {"APP_ENVIRONMENT": "development", "APP_SERVER_DEBUG": "true", "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    with serving({**environ, **debug}, tmp_path, certificate / "ca.pem", "reloaded") as served:
        wait_for(served, 200, b'{"word":"WORD"}')
        module.write_text(SERVICE.replace('"WORD"', '"new"'))
        wait_for(served, 200, b'{"word":"new"}')
        module.write_text(SERVICE.replace("return", "return return"))
        while "SyntaxError" not in served.output.read_text():
            time.sleep(0.1)
        module.write_text(SERVICE.replace('"WORD"', '"newest"'))
        wait_for(served, 200, b'{"word":"newest"}')


def test_debug_mode_requires_the_development_tools(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.server, "find_spec", lambda _name: None)
    app = make_app(environment="development", server_debug="true", server_port=str(free_port()))
    result = app.test_cli_runner().invoke(args=["serve"])
    assert result.exit_code == 1
    assert "APP_SERVER_DEBUG requires the development tools. Run `uv sync`, or unset it." in result.stderr
