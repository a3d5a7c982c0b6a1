"""Run the commands of a document as a reader would paste them; requests and `flask` commands run in this process."""

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
METRICS = "https://localhost:9464"
PASSWORD = "four unrelated random words\n"
# Other tests start the servers. Here, requests to them go to the WSGI applications in this process.
SERVERS = {("serve",), ("metrics", "serve")}


class DocumentRunner:
    """Runs lines of a document, with values for placeholders such as ``$APP_METRICS_TOKEN``.

    The values come from ``values``, or from the output of earlier commands: ``printed`` maps a placeholder to the
    pattern that finds its value.
    """

    def __init__(
        self,
        app: Flask,
        folder: Path,
        *,
        client: FlaskClient,
        metrics: Any,
        values: Mapping[str, str],
        printed: Mapping[str, str],
    ) -> None:
        self._app = app
        self._folder = folder
        self._client = client
        self._metrics = Client(metrics)
        self._patterns = printed
        self._values = {**dict(zip(printed, printed, strict=True)), **values}

    def run(self, line: str) -> None:
        """Run the commands of a line; a pipe passes the output of one to the next."""
        for placeholder, value in self._values.items():
            line = line.replace(placeholder, value)
        if line.startswith("export "):
            self._export(line)
            return
        self._pipe(line)

    def _export(self, line: str) -> None:
        """Run the command in ``$(...)`` that sets a variable; ``...`` is a value that the reader copies."""
        if found := re.fullmatch(r"export \w+=\$\((.+)\)", line):
            assert re.fullmatch(r"[\w.~+/=-]+\n?", self._pipe(found[1])), line  # one word, without a message around it
        else:
            assert re.fullmatch(r"export( \w+=\.\.\.)+", line), line

    def _pipe(self, line: str) -> str:
        piped = ""
        for part in line.split(" | "):
            piped = self._run(shlex.split(part, comments=True), piped)
            for placeholder, pattern in self._patterns.items():
                if found := re.search(pattern, piped):
                    self._values[placeholder] = found[1]
        return piped

    def _run(self, words: list[str], piped: str) -> str:
        match words:
            case ["make", "run" | "test" | "lock"]:
                return ""  # a server, the tests that are running, and the versions of all packages
            case ["docker", *rest]:
                # Other tests build the image. Here, only the commands in its containers run.
                return self._flask(rest[rest.index("flask") + 1 :], piped) if "flask" in rest else ""
            case ["curl", *rest]:
                return self._call(rest).get_data(as_text=True)
            case ["uv", "sync", *rest]:
                # Check only the options: an installation for production would remove what the tests need.
                uv = os.environ.get("UV") or program("uv")  # `uv run` sets UV to its own path
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
        with self._app.app_context():  # as under the `flask` command
            typed = piped or ("y\n" if "delete" in words else PASSWORD * 2)  # the answers to prompts
            result = self._app.test_cli_runner().invoke(args=words, input=typed)
        # `flask doctor --production` finds problems in the settings of a test, such as a missing public host.
        assert result.exit_code in ((0, 1) if words[0] == "doctor" else (0,)), (words, result.output)
        return result.output

    def _call(self, words: Sequence[str]) -> TestResponse:
        options = {"-X": "", "-d": "", "--cacert": "", "-u": ""}
        headers: dict[str, str] = {}
        url = ""
        rest = iter(words)
        for word in rest:
            if word == "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            elif word in options:
                options[word] = next(rest)
            else:
                url = word
        assert options["--cacert"] == "certs/ca.pem"
        # The client sends its own credential instead of the one that the example has in a variable.
        headers = {name: value for name, value in headers.items() if "$" not in value}
        if options["-u"]:
            headers["Authorization"] = f"Basic {b64encode(options['-u'].encode()).decode()}"
        if options["-d"]:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        client, origin = (self._metrics, METRICS) if url.startswith(METRICS) else (self._client, SERVICE)
        response = client.open(
            url.removeprefix(origin),
            method=options["-X"] or ("POST" if options["-d"] else "GET"),
            headers=headers,
            data=options["-d"] or None,
        )
        assert response.status_code < 300, (words, response.get_data(as_text=True))
        return response


def program(name: str) -> str:
    """Return the path of a program; skip the test if it is missing, or fail if CI is set."""
    found = shutil.which(name)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs {name}")
    return found


def start_and_stop_prometheus(options: Sequence[str], folder: Path) -> None:
    """Start Prometheus on a free port, wait until it has accepted its configuration, and stop it."""
    command = [program("prometheus"), *(option.replace(":9090", f":{free_port()}") for option in options)]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        output = []
        for line in process.stderr:
            output.append(line)
            if "Server is ready to receive web requests" in line:
                process.terminate()
    assert process.returncode == 0, output
    assert any("Server is ready" in line for line in output), output
