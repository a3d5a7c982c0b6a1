"""The calls that ``make run`` prints can be pasted into a shell."""

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dev import calls, service

MakeCaller = Callable[..., FlaskClient]


@pytest.mark.skipif(os.name == "nt", reason="needs sh")
@pytest.mark.parametrize("name", ["it's $HOME", 'a "quoted" name', "$(touch pwned)", "`touch pwned`", "a\\b", "é ü"])
def test_a_folder_name_reaches_curl_unchanged(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setattr(service, "application", lambda: app)
    monkeypatch.setattr(calls, "ROOT", Path("/srv") / name)
    (line, *_) = calls.commands(calls.quoted("X-Test: a 'b' $c"))
    shell = ["/bin/sh", "-c", line.replace("curl", "printf '%s\\n'", 1)]
    words = subprocess.run(shell, cwd=tmp_path, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    assert words.splitlines() == [
        "--cacert",
        f"/srv/{name}/certs/ca.pem",
        "-H",
        "X-Test: a 'b' $c",
        f"{service.origin()}/api/v1/me",
    ]
    assert not list(tmp_path.iterdir())


def test_each_call_works(app: Flask, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "application", lambda: app)
    client = caller(" ".join(service.scopes()))
    paths = []
    for line in calls.commands("''"):
        *options, url = shlex.split(line)
        body = options[options.index("-d") + 1] if "-d" in options else None
        path = url.removeprefix(service.origin())
        response = client.open(
            path, method="POST" if body else "GET", data=body, content_type="application/json" if body else None
        )
        assert response.status_code in (200, 201), (line, response.text)
        paths.append(path)
    assert paths[0] == "/api/v1/me"
