"""Processes: their memory, their start, and modules that run in a service's environment."""

import os
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.services import START_SECONDS, UV, Service

PAUSE = 0.005  # seconds between two attempts to connect


def memory(parent: int) -> int:
    """Return the resident memory of the largest process below a process, in bytes: the worker."""
    return max(resident(process) for process in descendants(parent))


def descendants(parent: int) -> list[int]:
    """Return a process and all processes below it."""
    found = [parent]
    for process in found:
        for thread in Path(f"/proc/{process}/task").iterdir():
            found += map(int, (thread / "children").read_text(encoding="ascii").split())
    return found


def resident(process: int) -> int:
    """Return the resident memory of a process in bytes."""
    pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def run_in(service: Service, folder: Path, module: str, *arguments: str) -> None:
    """Run a module of a folder in a service's environment, with its settings."""
    path = f"{service.folder}{os.pathsep}{folder}"
    subprocess.run(
        [UV, "run", "--quiet", "python", "-m", module, *arguments],
        cwd=service.folder,
        env={**service.environment, "PYTHONPATH": path},
        check=True,
        timeout=300,
    )


def seconds_to_first_response(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], port: int, path: str
) -> float:
    """Start a server, and return the seconds until its first response with status 200; stop it."""
    authority = ssl.create_default_context(cafile=folder / "certs" / "ca.pem")
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode()
    start = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            while not responds(port, authority, request):
                if process.poll() is not None or time.perf_counter() - start > START_SECONDS:
                    raise RuntimeError(f"did not start: {' '.join(command)}")
                time.sleep(PAUSE)
            return time.perf_counter() - start
        finally:
            os.killpg(process.pid, signal.SIGINT)


def responds(port: int, authority: ssl.SSLContext, request: bytes) -> bool:
    """Return whether a server responds to a request with status 200."""
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
            authority.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(request)
            return connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False
