"""Run the commands of docs/backup.md, and check what a restored database contains."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from tests.core.package import ROOT

PROBES = "/api/v1/probes"


def commands(heading: str) -> str:
    """Return the first commands of a section of the document."""
    text = (ROOT / "docs" / "backup.md").read_text("utf-8")
    found: str = re.findall(rf"^## {heading}\n.*?^ *```sh\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)[0]
    return found


def run(script: str, folder: Path, environ: Mapping[str, str] | None = None) -> str:
    """Run commands in a folder, with the Python of the tests, and return what they print."""
    script = script.replace("uv run --no-sync python", f'"{sys.executable}"')
    variables = {**os.environ, **(environ or {})}
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", script], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def add(client: FlaskClient, name: str) -> None:
    """Create a row."""
    assert client.post(PROBES, json={"name": name}).status_code == 201


def check(app: Flask, caller: FlaskClient, names: list[str]) -> None:
    """Check that the caller's credential finds these rows in the database of ``app``, which lacks no migration."""
    client = app.test_client()
    found = client.get(PROBES, headers=caller.headers)  # type: ignore[attr-defined]
    assert [probe["name"] for probe in found.json["probes"]] == names
    assert client.get("/readyz").status_code == 200
