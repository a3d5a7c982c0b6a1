"""Run the commands of docs/backup.md, and check what a restored database contains."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from flask import Flask
from flask.testing import FlaskClient

from tests.core.package import ROOT

PROBES = "/api/v1/probes"
# Replaces a program that runs a command in a container: this one runs the command here. Other arguments do nothing.
CONTAINERS = """#!/bin/sh
case " $* " in *" exec "*|*" run "*) ;; *) exit ;; esac
until [ "$1" = service ] || [ "$1" = database ] || [ "$1" = -- ]; do shift; done
shift
[ "$1" != -- ] || shift
exec "$@"
"""


def commands(heading: str, number: int = 0) -> str:
    """Return the commands of a section of the document: those of the block ``number``."""
    text = (ROOT / "docs" / "backup.md").read_text("utf-8")
    section = re.findall(rf"^## {heading}\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)[0]
    blocks: list[str] = re.findall(r"^ *```sh\n(.*?)^ *```$", section, re.DOTALL | re.MULTILINE)
    return dedent(blocks[number])


def run(script: str, folder: Path, environ: Mapping[str, str] | None = None) -> str:
    """Run commands in a folder, with the Python of the tests, and return what they print.

    ``var`` in this folder replaces the folder of the database, and programs for containers run their arguments.
    """
    script = re.sub(r"/app/var|/var/lib/[\w-]+", str(folder / "var"), script)
    script = re.sub(r"uv run --no-sync python|/opt/\S+/python", f'"{sys.executable}"', script)
    for backup in folder.glob("backup-*"):
        script = re.sub(r"backup-\d+-\S+", backup.name, script)
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    for name in re.findall(r"^(?:\w+\(\) \{ )?(\w+) .*\b(?:exec|run) ", script, re.MULTILINE):
        (programs / name).write_text(CONTAINERS, newline="\n")
        (programs / name).chmod(0o755)
    variables = {**os.environ, **(environ or {})}
    variables["PATH"] = os.pathsep.join([str(programs), str(Path(sys.executable).parent), variables["PATH"]])
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
