"""A bake uses neither the network nor programs other than Python and openssl."""

import sys
from pathlib import Path

import pytest

from tests.lifecycle.commands import run
from tests.template import TEMPLATE

# sitecustomize.py for every Python process of a bake, which may start only Python and openssl.
OFFLINE = """
import os, sys
NETWORK = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}
PROGRAMS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn"}
def forbid(event, arguments):
    if event in NETWORK:
        raise RuntimeError(f"network: {event}")
    if event in PROGRAMS:
        program = os.fsdecode(arguments[1 if event == "os.spawn" else 0])
        if program != sys.executable and os.path.basename(program) != "openssl":
            raise RuntimeError(f"program: {program}")
sys.addaudithook(forbid)
"""


@pytest.fixture
def offline(tmp_path: Path, environ: dict[str, str]) -> dict[str, str]:
    """Return an environment in which Python cannot use the network or start other programs."""
    (tmp_path / "sitecustomize.py").write_text(OFFLINE)
    return {**environ, "PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("import socket; socket.getaddrinfo('localhost', 1)", "network: socket.getaddrinfo"),
        ("import subprocess; subprocess.run(['curl', '--version'])", "program: curl"),
        ("import subprocess; subprocess.run('curl --version', shell=True)", "program: /bin/sh"),
        ("import os; os.system('curl --version')", "program: curl --version"),
        ("import os; os.execlp('curl', 'curl', '--version')", "curl"),
    ],
)
def test_the_offline_environment_blocks_the_network(
    tmp_path: Path, offline: dict[str, str], code: str, forbidden: str
) -> None:
    """The next test relies on it."""
    assert forbidden in run(offline, sys.executable, "-c", code, folder=tmp_path, fails=True)


def test_a_bake_works_offline(tmp_path: Path, offline: dict[str, str]) -> None:
    """Neither cookiecutter nor a hook opens a connection, resolves a name or starts curl."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input")
    run(offline, *bake, folder=tmp_path)
    assert (tmp_path / "acme-api/certs/server.pem").exists()
