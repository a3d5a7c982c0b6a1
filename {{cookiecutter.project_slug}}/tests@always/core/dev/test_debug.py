"""``make debug`` serves from one process, in which ``breakpoint()`` works in the terminal."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPSConnection
from pathlib import Path

import pytest
from flask import Flask

from dev import debug, run, service
from tests.core.live_server import HOST, Served, free_port
from tests.core.package import ROOT

MakeApp = Callable[..., Flask]
SECONDS = 60
SERVICE = """\
from flask import Blueprint

from dev import debug, service
from tests.core import service as tested
from tests.core.package import core

blueprint = Blueprint("debugged", __name__)


@blueprint.get("/word")
@core.public
def word():
    word = "old"
    breakpoint()
    return {"word": word}


app = tested.create_app(blueprints=[blueprint])
service.application = lambda: app
debug.serve()
"""


def test_production_is_refused(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app()
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(service, "application", lambda: app)
    monkeypatch.setattr(run, "create_files", lambda: ["Created .env with new secrets."])
    with pytest.raises(SystemExit, match="APP_ENVIRONMENT is production"):
        debug.main()
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_a_breakpoint_opens_the_debugger_in_the_terminal(
    app: Flask, environ: dict[str, str], certificate: Path, tmp_path: Path
) -> None:
    """The debugger changes a variable, and the response contains the change."""
    port, terminal = free_port(), Terminal(tmp_path)
    variables = {"APP_ENVIRONMENT": "development", "APP_SERVER_PORT": str(port), "PYTHONPATH": str(ROOT)}
    process = terminal.start({**os.environ, **environ, **variables})
    try:
        terminal.wait("Stop with Ctrl-C")
        served = Served(port, certificate / "ca.pem", tmp_path, environ, process)
        connection = HTTPSConnection(HOST, port, context=served.trusting(), timeout=SECONDS)
        connection.request("GET", "/word", headers={"Host": "localhost"})
        terminal.wait("(Pdb) ")
        terminal.type("word = 'new'")
        terminal.type("c")
        response = connection.getresponse()
        assert (response.status, response.read().strip()) == (200, b'{"word":"new"}')
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0
        assert "Traceback" not in terminal.output
    finally:
        process.kill()
        process.wait()


class Terminal:
    """A pseudo-terminal with a program in it."""

    def __init__(self, folder: Path) -> None:
        self.output = ""
        self._script = folder / "debugged.py"
        self._ours, self._theirs = os.openpty()
        self._changed = threading.Condition()

    def start(self, environ: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start the service."""
        self._script.write_text(SERVICE)
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), self._theirs)
        process = subprocess.Popen([sys.executable, str(self._script)], cwd=ROOT, env=environ, **streams)
        os.close(self._theirs)
        threading.Thread(target=self._read, daemon=True).start()
        return process

    def _read(self) -> None:
        try:
            while received := os.read(self._ours, 65536):
                with self._changed:
                    self.output += received.decode(errors="replace")
                    self._changed.notify()
        except OSError:
            pass  # the program has ended

    def wait(self, text: str) -> None:
        """Wait until the program has printed this."""
        deadline = time.monotonic() + SECONDS
        with self._changed:
            while text not in self.output:
                assert self._changed.wait(deadline - time.monotonic()), self.output

    def type(self, line: str) -> None:
        """Enter a line."""
        os.write(self._ours, line.encode() + b"\n")
