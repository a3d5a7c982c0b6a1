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
    """Return the path of a program, looked for in PATH and in these folders; newest folder first.

    Without it the tests that need it are skipped; on CI, where all of them must run, they fail.
    """
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, sorted(folders, reverse=True))])
    found = shutil.which(name, path=path)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs {name}")
    return found


def unprivileged() -> str | None:
    """Name the user to run a server as where the tests run as root, which servers refuse."""
    return "nobody" if hasattr(os, "geteuid") and os.geteuid() == 0 else None


@contextmanager
def own_folder(user: str | None = None) -> Iterator[Path]:
    """Yield a short-lived folder that belongs to that user."""
    with tempfile.TemporaryDirectory(prefix="server-") as name:
        if user:
            shutil.chown(name, user)
        yield Path(name)


def free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def accepts(port: int) -> bool:
    """Tell whether something listens there."""
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
    """Start the command for a free port and yield that port once the server is ready.

    Raises RuntimeError with the server's own words when it does not start.
    """
    with tempfile.TemporaryFile() as log:
        port, process = _start(command, ready, user, log.fileno())
        try:
            if process.poll() is not None or not ready(port):
                log.seek(0)
                raise RuntimeError(log.read().decode(errors="replace"))
            yield port
        finally:
            # On a SIGTERM some servers wait for their clients to go; on this one all of them stop.
            process.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
            process.wait(timeout=START_SECONDS)


def _start(
    command: Callable[[int], Sequence[str]],
    ready: Callable[[int], bool],
    user: str | None,
    log: int,
) -> tuple[int, subprocess.Popen[bytes]]:
    # Between choosing a port and opening it another test may take it: then the server ends at once.
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
