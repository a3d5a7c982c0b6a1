"""The generator of request ids: one for each worker, and for nothing else."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.live_server import serving
from tests.core.package import ROOT, core, package

FOLDER = Path(str(package.__file__)).parent


@pytest.mark.skipif(os.name == "nt", reason="the server has one worker on Windows")
def test_the_workers_produce_different_ids(environ: dict[str, str], tmp_path: Path, certificate: Path) -> None:
    """With equal seeds, two workers that share the requests would produce each id twice."""
    two_workers = {"APP_ENVIRONMENT": "development", "APP_SERVER_WORKERS": "2"}
    with serving({**environ, **two_workers}, tmp_path, certificate / "ca.pem") as served:
        for _ in range(40):
            served.send("GET /healthz HTTP/1.1", "Host: localhost", "Connection: close")
    lines = [json.loads(line) for line in (tmp_path / "output").read_text().splitlines()]
    ids = [line["request_id"] for line in lines if line["event"] == "request"]
    assert len(set(ids)) == len(ids) == 40
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)


def test_two_processes_that_do_not_share_memory_produce_different_ids() -> None:
    command = [sys.executable, "-c", f"from {core.__name__}.pipeline.request_id import new_id; print(new_id())"]
    ids = [subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60).stdout for _ in range(2)]
    assert ids[0] != ids[1]


def test_only_the_module_of_request_ids_imports_the_generator() -> None:
    """It is predictable: keys, tokens and ids of resources need ``secrets`` or ``os.urandom``."""
    importing = {
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.ImportFrom) and node.level == 0 and node.module == "random")
        or (isinstance(node, ast.Import) and "random" in {name.name for name in node.names})
        or (isinstance(node, ast.ImportFrom) and {"new_id", "_generator"} & {name.name for name in node.names})
    }
    assert importing == {"core/pipeline/request_id.py"}
