"""The service as it runs: ``flask serve`` in a process of its own, spoken to over TLS."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.core.package import ROOT

HOST = "127.0.0.1"
START_SECONDS = 30
# Windows asks no process to end, only a group that has a console.
if sys.platform == "win32":
    END, GROUP = signal.CTRL_BREAK_EVENT, subprocess.CREATE_NEW_PROCESS_GROUP
else:
    END, GROUP = signal.SIGTERM, 0


@dataclass(frozen=True)
class Served:
    """A running service: where it listens, whose CA to trust, where its output goes, the variables it was given."""

    port: int
    ca: Path
    output: Path
    environ: Mapping[str, str]

    def trusting(self) -> ssl.SSLContext:
        """Return what a client that trusts the development CA uses, strict as Python 3.13 is by default."""
        context = ssl.create_default_context(cafile=self.ca)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    def connect(self, context: ssl.SSLContext | None = None, name: str = "localhost") -> ssl.SSLSocket:
        """Return a TLS connection."""
        plain = socket.create_connection((HOST, self.port), timeout=10)
        return (context or self.trusting()).wrap_socket(plain, server_hostname=name)

    def send(self, *lines: str, body: bytes = b"") -> bytes:
        """Send the lines of a request and return all that comes back until the server closes."""
        with closing(self.connect()) as connection:
            with suppress(OSError):  # the server may close before it has read all
                connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
            return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """Return all that comes until the other side closes or is silent for two seconds."""
    connection.settimeout(2)
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except OSError:
        pass
    return received


def free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def serving(
    environ: Mapping[str, str], folder: Path, ca: Path, flask_app: str = "tests.core.service"
) -> Iterator[Served]:
    """Serve with these variables; the process is stopped by its id and must end well."""
    port, output = free_port(), folder / "output"
    variables = {**os.environ, **environ, "APP_SERVER_PORT": str(port), "FLASK_APP": flask_app}
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "serve"],
            cwd=ROOT,
            env=variables,
            stdout=log,
            stderr=log,
            creationflags=GROUP,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not listens(port):
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.05)
        yield Served(port, ca, output, environ)
    finally:
        process.send_signal(END)
        assert process.wait(30) == 0, output.read_text()


def listens(port: int) -> bool:
    """Tell whether something listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
