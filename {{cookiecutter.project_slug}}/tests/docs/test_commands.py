"""Every command in the documents does what it says there."""

import re
import shlex
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from credentials import PRINTED
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

ROOT = Path(__file__).parents[2]
PASSWORD = "what nobody else would think of\n"
MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
# Tested in files of their own, where a server runs, or Prometheus.
ELSEWHERE = {("serve",), ("metrics", "serve")}
ELSEWHERE_WHOLE = {"monitoring.md"}


def commands() -> Iterator[tuple[str, str]]:
    """Give each command of each document, its continued lines joined."""
    for document in sorted(ROOT.glob("docs/*.md")):
        if document.name in ELSEWHERE_WHOLE:
            continue
        for block in re.findall(r"^```console\n(.*?)^```", document.read_text("utf-8"), re.DOTALL | re.MULTILINE):
            for line in block.replace("\\\n", " ").splitlines():
                yield document.name, " ".join(line.split())


class Shell:
    """Runs the commands of one document, one after another: those of the service in this process."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        self._app = app
        self._client = client
        self._printed = dict(zip(PRINTED, PRINTED, strict=True))

    def run(self, line: str) -> None:
        """Run a command, with what the earlier ones printed in the places that are meant for it."""
        for place, value in self._printed.items():
            line = line.replace(place, value)
        words = shlex.split(line, comments=True)
        if words[0] == "curl":
            self._note(self._call(words[1:]).get_data(as_text=True))
        elif words[:3] == ["uv", "run", "flask"]:
            if not any(tuple(words[3:][: len(each)]) == each for each in ELSEWHERE):
                self._flask(words[3:])
        elif words[:3] == ["uv", "run", "python"]:
            subprocess.run([sys.executable, *words[3:], "--help"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        else:
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    def _flask(self, words: list[str]) -> None:
        with self._app.app_context():  # which the ``flask`` command gives to every command
            typed = "y\n" if "delete" in words else PASSWORD * 2  # where a command asks
            done = self._app.test_cli_runner().invoke(args=words, input=typed)
        # The doctor of a service in production says what a test does not have, a public host for example.
        assert done.exit_code in ((0, 1) if words[0] == "doctor" else (0,)), (words, done.output)
        self._note(done.output)

    def _note(self, printed: str) -> None:
        for place, where in PRINTED.items():
            if found := re.search(where, printed):
                self._printed[place] = found[1]

    def _call(self, words: list[str]) -> TestResponse:
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
        answer = self._client.open(
            address.removeprefix("https://localhost:8443"),
            method=options["-X"] or ("POST" if options["-d"] else "GET"),
            headers=headers,
            data=options["-d"] or None,
        )
        assert answer.status_code < 300, (words, answer.get_data(as_text=True))
        return answer


@pytest.mark.parametrize("document", sorted({name for name, _ in commands()}))
def test_every_command_works(
    service: ModuleType,
    make_app: MakeApp,
    caller: MakeCaller,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    document: str,
) -> None:
    signing_up = {"sign_up_open": "true"} if "[sign_up]" in (ROOT / "settings.toml").read_text("utf-8") else {}
    called = make_app(**signing_up)
    client = caller(" ".join(scope for scope in service.auth.SCOPES if scope != "admin"), app=called)

    # Commands are for whoever develops or operates: with what .env.example names, and settings.toml for the rest.
    example = (ROOT / ".env.example").read_text("utf-8")
    for name in [name for name in environ if name not in example and not name.startswith(("APP_SE", "APP_LIMITER"))]:
        del environ[name]
    environ["APP_ENVIRONMENT"] = "development"
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    shell = Shell(make_app(), client)
    for name, line in commands():
        if name == document:
            shell.run(line)


def test_the_documents_point_at_files_that_are_there() -> None:
    documents = [*ROOT.glob("docs/*.md"), ROOT / "SECURITY.md", ROOT / "README.md"]
    for document in documents:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), (document.name, target)
