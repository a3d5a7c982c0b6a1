"""A request makes no system call that releases the GIL.

Each release hands the GIL to another thread in the middle of a request, so the number of calls
decides the throughput with several threads. They are counted, since times differ between machines.
"""

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.programs import program
from tests.services import UV, bake

REQUESTS = 100
# What the interpreter needs: locks, memory, and the clock on machines whose kernel does not map it.
INTERPRETER = {
    "futex",
    "mmap",
    "munmap",
    "mremap",
    "brk",
    "madvise",
    "clock_gettime",
    "gettimeofday",
}
# Sends requests in the main thread, as a worker does, between two calls that mark their beginning
# and their end.
CALL = f"""
import os, sys
from werkzeug.test import EnvironBuilder
from acme_api import create_app
from acme_api.core.observability import log

app = create_app()
log.start_queue(lambda: None)
headers = {{"X-API-Key": sys.argv[1]}}

def call(number):
    for _ in range(number):
        builder = EnvironBuilder("/api/v1/me", "https://localhost:8443", headers=headers)
        environ = builder.get_environ()
        (body,) = app.wsgi_app(environ, lambda status, headers: None)
        assert b"credential" in body

call(50)
os.path.exists("/begin")
call({REQUESTS})
os.path.exists("/end")
log.close_queue()
"""


@pytest.mark.install
def test_a_request_makes_no_system_call(tmp_path: Path) -> None:
    """It authenticates, counts rate limits and metrics, and logs."""
    strace = program("strace")
    service = bake(tmp_path, {})
    (tmp_path / "metrics").mkdir()
    settings = {
        "APP_DATABASE_URL": f"sqlite:///{tmp_path}/service.db",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
        "APP_LOG_FORMAT": "json",
    }
    run(service, settings, "flask", "db", "upgrade")
    created = run(
        service,
        settings,
        "flask",
        "keys",
        "create",
        "--name",
        "x",
        "--scopes",
        "items:read",
        "--json",
    )
    trace = tmp_path / "trace"
    traced = (strace, "-o", str(trace), "python", "-c", CALL, json.loads(created)["key"])
    lines = run(service, settings, *traced).splitlines()
    assert [json.loads(line)["event"] for line in lines].count("request") == 50 + REQUESTS
    assert not calls(trace.read_text("utf-8"))


def run(service: Path, settings: Mapping[str, str], *command: str) -> str:
    """Run a command in the service's virtual environment and return its output."""
    return subprocess.run(
        [UV, "run", *command],
        cwd=service,
        env={name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        | dict(settings),
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        timeout=120,
    ).stdout


def calls(trace: str) -> Counter[str]:
    """Return the system calls between the marks, except for those of the interpreter."""
    _, begin, rest = trace.partition('"/begin"')
    requests, end, _ = rest.partition('"/end"')
    assert begin
    assert end
    between = requests.splitlines()[1:-1]
    found = Counter(match[1] for line in between if (match := re.match(r"(\w+)\(", line)))
    return Counter({name: number for name, number in found.items() if name not in INTERPRETER})
