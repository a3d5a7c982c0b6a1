"""Render a service and start it, with the servers that its answers require, as an owner would."""

import importlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType

import httpx

from tests.bake import BakeFailed
from tests.template import TEMPLATE

# `uv run` sets UV to its own path.
UV = os.environ.get("UV", "uv")
START_SECONDS = 120
STOP_SECONDS = 15
RUN = ("python", "-m", "dev.run")  # the command behind `make run`


def bake(folder: Path, answers: Mapping[str, str]) -> Path:
    """Render these answers and defaults into an empty folder; return the service's folder.

    It runs in a process of its own, because Cookiecutter changes the working directory, and several
    services can be rendered at the same time.
    """
    given = [f"{question}={answer}" for question, answer in answers.items()]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bake", str(folder.absolute()), *given],
        cwd=TEMPLATE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    if done.returncode:
        raise BakeFailed(done.stderr.strip())
    (service,) = folder.iterdir()
    return service


def import_test_module(service: Path, name: str) -> ModuleType:
    """Import a module of the service's ``tests/core``; an earlier service's is dropped."""
    for loaded in [module for module in sys.modules if module.startswith("tests.core")]:
        del sys.modules[loaded]
    # ``tests`` is a namespace package, which spans all folders on the path.
    sys.path.append(str(service))
    try:
        return importlib.import_module(f"tests.core.{name}")
    finally:
        sys.path.remove(str(service))


@contextmanager
def storages(service: Path) -> Iterator[dict[str, str]]:
    """Start the database and limiter servers of the service in the same way as its own tests.

    Yields the settings with their addresses: none for SQLite and the in-memory limiter.
    """
    settings = {}
    with ExitStack() as running:
        for module, setting in (
            ("limiter_storage", "APP_LIMITER_URI"),
            ("database_server", "APP_DATABASE_URL"),
        ):
            serving = getattr(import_test_module(service, module), "serving", None)
            if serving:
                settings[setting] = running.enter_context(serving())
        yield settings


class StartFailed(Exception):
    """The service did not become ready; the message is its log."""


class Service:
    """A running service, in its own process group."""

    def __init__(
        self, folder: Path, settings: Mapping[str, str], log: Path, command: Sequence[str] = RUN
    ) -> None:
        """Start the command in the service's virtual environment, which uv creates if missing."""
        self.folder = folder
        self.port = int(settings["APP_SERVER_PORT"])
        self.url = f"https://localhost:{self.port}"
        self.log = log
        # Drop settings of this process, such as PYTHONDONTWRITEBYTECODE.
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("APP_", "PYTHON", "VIRTUAL_ENV"))
        } | dict(settings)
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [UV, "run", *command],
                cwd=folder,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def authority(self) -> ssl.SSLContext:
        """A TLS context that trusts only the service's development CA."""
        return ssl.create_default_context(cafile=self.folder / "certs" / "ca.pem")

    def client(self, headers: Mapping[str, str] | None = None) -> httpx.Client:
        """Return a client that sends these headers with each request."""
        return httpx.Client(base_url=self.url, headers=headers, verify=self.authority, timeout=10)

    def flask(self, *arguments: str, stdin: str | None = None) -> str:
        """Run one of the service's commands and return its output."""
        with self.log.open("ab") as log:
            return subprocess.run(
                [UV, "run", "flask", *arguments],
                cwd=self.folder,
                env=self.environment,
                input=stdin,
                check=True,
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
            ).stdout

    def wait(self, path: str) -> None:
        """Wait until a GET of this path succeeds; raises StartFailed after a time limit."""
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                with self.client() as client:
                    if client.get(path).is_success:
                        return
            except (OSError, httpx.TransportError):
                pass  # no certificate yet, or not listening yet
            time.sleep(0.1)
        raise StartFailed(self.log.read_text(encoding="utf-8", errors="replace"))

    def stop(self) -> bool:
        """Send SIGINT like Ctrl-C; return whether the service stopped without SIGKILL."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            return False
        return True


def free_port() -> int:
    """Return a port that is currently unused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def started(
    folder: Path,
    settings: Mapping[str, str],
    command: Sequence[str] = RUN,
    ready: str = "/readyz",
) -> Iterator[Service]:
    """Start the service on a free port, yield it when it is ready, and stop it at the end."""
    port = {"APP_SERVER_PORT": str(free_port())}
    with tempfile.TemporaryDirectory() as logs:
        service = Service(folder, {**port, **settings}, Path(logs) / "service.log", command)
        try:
            service.wait(ready)
            yield service
        finally:
            service.stop()
