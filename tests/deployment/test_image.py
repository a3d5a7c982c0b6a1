"""The image, without a container engine.

The instructions of the Dockerfile run in a folder instead of `/app`, without the base image. A
build in containers needs root, a base image and more than a minute, so a service's CI does that.
"""

import fnmatch
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.conftest import Bake
from tests.selection import sample
from tests.services import UV, free_port
from tests.template import CHOICES

START_SECONDS = 120
STOP_SECONDS = 60
# What only the base image can do: its package manager and its users.
OF_THE_BASE = ("pip install", "python -m pip uninstall")
# Settings that the service requires in production; the provider is not called by what runs here.
SETTINGS = {
    "APP_SECRET_KEY": secrets.token_hex(32),
    "APP_KEY_PEPPER": secrets.token_hex(32),
    "APP_METRICS_TOKEN": secrets.token_hex(32),
    "APP_DATABASE_URL": "sqlite:///var/acme_api.db",
    "APP_SERVER_TLS": "false",
    "APP_SERVER_TRUSTED_PROXIES": "1",
    "APP_PROVIDER_ISSUER": "https://login.example.com",
}


class Image:
    """What the Dockerfile of a service makes of its folder."""

    def __init__(self, context: Path, folder: Path) -> None:
        """Run the instructions in an empty folder; CalledProcessError is a failed build."""
        self.context, self.folder = context, folder
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("APP_", "PYTHON", "VIRTUAL_ENV"))
        }
        self.command: list[str] = []
        self.health: list[str] = []
        text = re.sub(
            r"^#.*\n", "", (context / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE
        )
        for line in text.replace("\\\n", "").splitlines():
            name, _, arguments = line.partition(" ")
            getattr(self, f"_{name.lower()}", lambda _: None)(arguments)

    def _run(self, arguments: str) -> None:
        if arguments.startswith(OF_THE_BASE):
            return
        # The cache of this machine replaces the downloads.
        environment = {
            name: value for name, value in self.environment.items() if name != "UV_NO_CACHE"
        }
        command = arguments.replace("uv sync", f"{shlex.quote(UV)} sync")
        subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=environment, check=True, capture_output=True
        )

    def _copy(self, arguments: str) -> None:
        if arguments.startswith("--from"):
            return
        *sources, _ = arguments.split()
        ignored, *included = [
            rule
            for rule in (self.context / ".dockerignore").read_text("utf-8").splitlines()
            if not rule.startswith(("#", "**"))
        ]
        assert ignored == "*"
        for rule in included:
            path = self.context / rule.removeprefix("!")
            if not path.exists():
                continue
            if "." not in sources and not any(fnmatch.fnmatch(path.name, each) for each in sources):
                continue
            target = self.folder / rule.removeprefix("!")
            target.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if path.is_dir() else shutil.copy
            copy(path, target)

    def _env(self, arguments: str) -> None:
        for name, value in (word.split("=", 1) for word in shlex.split(arguments)):
            value = value.replace("/app", str(self.folder)).replace(
                "$PATH", self.environment["PATH"]
            )
            self.environment[name] = value

    def _healthcheck(self, arguments: str) -> None:
        self.health = json.loads(arguments.partition("CMD ")[2])

    def _cmd(self, arguments: str) -> None:
        self.command = json.loads(arguments)

    def start(self, command: list[str], settings: Mapping[str, str]) -> "subprocess.Popen[str]":
        """Start a command in the folder, with the variables of the image and these settings."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**self.environment, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def run(self, command: list[str], settings: Mapping[str, str]) -> tuple[int, str]:
        """Run a command to its end; return its status and output."""
        process = self.start(command, settings)
        output, _ = process.communicate(timeout=START_SECONDS)
        return process.returncode, output

    def files(self) -> set[tuple[str, int]]:
        """Return every file outside `var`, with the time of its last change."""
        return {
            (str(path), path.lstat().st_mtime_ns)
            for path in self.folder.rglob("*")
            if self.folder / "var" not in (path, *path.parents) and path != self.folder
        }


@pytest.fixture
def settings() -> dict[str, str]:
    """Return the settings of a service on a free port."""
    return SETTINGS | {"APP_SERVER_PORT": str(free_port())}


@pytest.mark.install
@pytest.mark.parametrize("style", sample(CHOICES["auth_style"], ["oauth2"]))
def test_the_image_serves_is_healthy_and_stops(
    bake: Bake, tmp_path: Path, settings: dict[str, str], style: str
) -> None:
    """It writes nothing outside `var`, and contains no package of the development tools."""
    context = shutil.copytree(bake({"auth_style": style}), tmp_path / "context")
    subprocess.run([UV, "lock", "--quiet"], cwd=context, check=True)
    folder = tmp_path / "app"
    folder.mkdir()
    image = Image(context, folder)
    packages = {
        path.name.partition("-")[0] for path in folder.glob(".venv/lib/*/site-packages/*.dist-info")
    }
    assert "flask" in packages
    assert packages.isdisjoint({"pip", "pytest", "ruff", "mypy", "uv"})
    (folder / "var").mkdir(mode=0o700)
    before = image.files()
    status, output = image.run(["flask", "db", "upgrade"], settings)
    assert status == 0, output
    status, output = image.run(image.health, settings)
    assert status == 1
    assert "/healthz does not respond" in output
    process = image.start(image.command, settings)
    try:
        deadline = time.monotonic() + START_SECONDS
        while (checked := image.run(image.health, settings))[0]:
            assert process.poll() is None, checked
            assert time.monotonic() < deadline, checked
            time.sleep(0.2)
        url = f"http://127.0.0.1:{settings['APP_SERVER_PORT']}"
        assert (
            httpx.get(f"{url}/api/v1/me", headers={"X-Forwarded-Proto": "https"}).status_code == 401
        )
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=STOP_SECONDS)
    finally:
        process.kill()
    assert process.returncode == 0, output
    assert "sys_shutdown" in output
    assert image.files() == before


def test_without_a_lock_file_the_build_fails_with_one_sentence(bake: Bake, tmp_path: Path) -> None:
    """Which says what to do."""
    with pytest.raises(subprocess.CalledProcessError) as failure:
        Image(bake({}), tmp_path)
    assert failure.value.stderr == b"uv.lock is missing. Run 'make lock' and commit the file.\n"
