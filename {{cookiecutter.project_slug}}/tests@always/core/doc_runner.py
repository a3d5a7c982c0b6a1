"""Runs the commands of a document as a reader would paste them, those of the service in this process."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client, TestResponse

from tests.core.live_server import ROOT, free_port

SERVICE = "https://localhost:8443"
FIGURES = "https://localhost:9464"
PASSWORD = "what nobody else would think of\n"
# Servers have tests of their own; here the calls of a document reach what they answer in this process.
SERVERS = {("serve",), ("metrics", "serve")}


class Shell:
    """What stands in a place that is meant for it, such as ``$APP_METRICS_TOKEN``, comes from ``given`` or was printed.

    ``printed`` tells for each other place the pattern that finds its value in what a command prints.
    """

    def __init__(
        self,
        app: Flask,
        folder: Path,
        *,
        client: FlaskClient,
        figures: Any,
        given: Mapping[str, str],
        printed: Mapping[str, str],
    ) -> None:
        self._app = app
        self._folder = folder
        self._client = client
        self._figures = Client(figures)
        self._patterns = printed
        self._places = {**dict(zip(printed, printed, strict=True)), **given}

    def run(self, line: str) -> None:
        """Run the commands of a line, each with what the one before prints."""
        for place, value in self._places.items():
            line = line.replace(place, value)
        if line.startswith("export "):
            self._export(line)
            return
        self._pipe(line)

    def _export(self, line: str) -> None:
        """Run what gives a variable its value; ``...`` stands for what the reader was shown."""
        if found := re.fullmatch(r"export \w+=\$\((.+)\)", line):
            assert re.fullmatch(r"[\w.~+/=-]+\n?", self._pipe(found[1])), line  # and nothing around it
        else:
            assert re.fullmatch(r"export( \w+=\.\.\.)+", line), line

    def _pipe(self, line: str) -> str:
        piped = ""
        for part in line.split(" | "):
            piped = self._run(shlex.split(part, comments=True), piped)
            for place, pattern in self._patterns.items():
                if found := re.search(pattern, piped):
                    self._places[place] = found[1]
        return piped

    def _run(self, words: list[str], piped: str) -> str:
        match words:
            case ["make", "run" | "test"]:
                return ""  # a server too, and this very run
            case ["curl", *rest]:
                return self._call(rest).get_data(as_text=True)
            case ["uv", "sync", *rest]:
                # What a machine of production installs is not what the tests need: only the options are tried.
                uv = os.environ.get("UV") or program("uv")  # `uv run` tells its children which one it was
                subprocess.run([uv, "sync", *rest, "--help"], check=True, stdout=subprocess.DEVNULL)
                return ""
            case ["uv", "run", "flask", *rest] | ["uv", "run", "--no-sync", "flask", *rest]:
                return "" if any(tuple(rest[: len(one)]) == one for one in SERVERS) else self._flask(rest, piped)
            case ["uv", "run", "python", *rest]:
                subprocess.run([sys.executable, *rest, "--help"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
                return ""
            case ["prometheus", *rest]:
                start_and_stop_prometheus(rest, self._folder)
                return ""
            case [name, *rest]:
                found = [[str(one) for one in self._folder.glob(word)] if "*" in word else [] for word in rest]
                words = [word for some, given in zip(found, rest, strict=True) for word in some or [given]]
                command = [program(name), *words]
                return subprocess.run(
                    command, cwd=self._folder, check=True, input=piped, stdout=subprocess.PIPE, encoding="utf-8"
                ).stdout
        raise AssertionError(words)

    def _flask(self, words: list[str], piped: str) -> str:
        with self._app.app_context():  # which the ``flask`` command gives to every command
            typed = piped or ("y\n" if "delete" in words else PASSWORD * 2)  # where a command asks
            done = self._app.test_cli_runner().invoke(args=words, input=typed)
        # The doctor of a service in production says what a test does not have, a public host for example.
        assert done.exit_code in ((0, 1) if words[0] == "doctor" else (0,)), (words, done.output)
        return done.output

    def _call(self, words: Sequence[str]) -> TestResponse:
        options = {"-X": "", "-d": "", "--cacert": "", "-u": ""}
        headers: dict[str, str] = {}
        address = ""
        rest = iter(words)
        for word in rest:
            if word == "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            elif word in options:
                options[word] = next(rest)
            else:
                address = word
        assert options["--cacert"] == "certs/ca.pem"
        # The client brings the credential that the example has in a variable.
        headers = {name: value for name, value in headers.items() if "$" not in value}
        if options["-u"]:
            headers["Authorization"] = f"Basic {b64encode(options['-u'].encode()).decode()}"
        if options["-d"]:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        client, origin = (self._figures, FIGURES) if address.startswith(FIGURES) else (self._client, SERVICE)
        answer = client.open(
            address.removeprefix(origin),
            method=options["-X"] or ("POST" if options["-d"] else "GET"),
            headers=headers,
            data=options["-d"] or None,
        )
        assert answer.status_code < 300, (words, answer.get_data(as_text=True))
        return answer


def program(name: str) -> str:
    """Return the path of a program; without it the test is skipped, and fails on CI, where all of them must run."""
    found = shutil.which(name)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs {name}")
    return found


def start_and_stop_prometheus(options: Sequence[str], folder: Path) -> None:
    """Start it on a free port, see that it takes its configuration, and stop it."""
    command = [program("prometheus"), *(option.replace(":9090", f":{free_port()}") for option in options)]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "Server is ready to receive web requests" in line:
                process.terminate()
    assert process.returncode == 0, said
    assert any("Server is ready" in line for line in said), said
