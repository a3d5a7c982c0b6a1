"""Run a real server for the tests: on a free port, in its own folder, stopped by its process id."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

HOST = "127.0.0.1"
START_SECONDS = 30


def program(name: str, *folders: Path) -> str:
    """Return the path of a program in PATH or one of these folders, the newest folder first.

    If it is missing, the test is skipped. If CI is set, the test fails, because all tests must run there.
    """
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, sorted(folders, reverse=True))])
    found = shutil.which(name, path=path)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs {name}")
    return found


def unprivileged() -> str | None:
    """Return the user that runs a server if the tests run as root: servers refuse to run as root."""
    return "nobody" if hasattr(os, "geteuid") and os.geteuid() == 0 else None


@contextmanager
def own_folder(user: str | None = None) -> Iterator[Path]:
    """Yield a temporary folder that belongs to the user."""
    with tempfile.TemporaryDirectory(prefix="server-") as name:
        if user:
            shutil.chown(name, user)
        yield Path(name)


def free_port() -> int:
    """Return a port on which nothing listens at present."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def accepts(port: int) -> bool:
    """Return whether a process listens on the port."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((HOST, port)) == 0


@contextmanager
def running(
    command: Callable[[int], Sequence[str]],
    *,
    ready: Callable[[int], bool] = accepts,
    user: str | None = None,
) -> Iterator[int]:
    """Start a server with ``command(port)`` on a free port, and yield the port when the server is ready.

    Raises RuntimeError with the server's output if it does not start.
    """
    with tempfile.TemporaryFile() as log:
        port, process = _start(command, ready, user, log.fileno())
        try:
            if process.poll() is not None or not ready(port):
                log.seek(0)
                raise RuntimeError(log.read().decode(errors="replace"))
            yield port
        finally:
            # After SIGTERM some servers wait until all clients disconnect; after SIGINT none of them does.
            process.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
            process.wait(timeout=START_SECONDS)


def _start(
    command: Callable[[int], Sequence[str]],
    ready: Callable[[int], bool],
    user: str | None,
    log: int,
) -> tuple[int, subprocess.Popen[bytes]]:
    # Another process can take the free port first: then the server exits at once, and another port is tried.
    for _ in range(3):
        port = free_port()
        process = subprocess.Popen(command(port), stdout=log, stderr=log, user=user)
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if ready(port):
                return port, process
            time.sleep(0.05)
        if process.poll() is None:
            break
    return port, process
