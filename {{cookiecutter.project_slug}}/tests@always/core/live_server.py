"""The service in a separate process, as ``flask serve`` runs it, and TLS connections to it."""

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
# Windows can only send CTRL_BREAK, and only to a process group with a console.
if sys.platform == "win32":
    END, GROUP = signal.CTRL_BREAK_EVENT, subprocess.CREATE_NEW_PROCESS_GROUP
else:
    END, GROUP = signal.SIGTERM, 0


@dataclass(frozen=True)
class Served:
    """A running service: its port, its CA, the file with its output, its environment, and its process."""

    port: int
    ca: Path
    output: Path
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes]

    def trusting(self) -> ssl.SSLContext:
        """Return an SSL context that trusts the development CA, as strict as the default of Python 3.13."""
        context = ssl.create_default_context(cafile=self.ca)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    def connect(self, context: ssl.SSLContext | None = None, name: str = "localhost") -> ssl.SSLSocket:
        """Return a TLS connection."""
        plain = socket.create_connection((HOST, self.port), timeout=10)
        return (context or self.trusting()).wrap_socket(plain, server_hostname=name)

    def send(self, *lines: str, body: bytes = b"") -> bytes:
        """Send the lines of a request and return everything that the server sends until it closes the connection."""
        with closing(self.connect()) as connection:
            with suppress(OSError):  # the server may close before it has read everything
                connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
            return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """Return everything received until the peer closes the connection or sends nothing for two seconds."""
    connection.settimeout(2)
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except OSError:
        pass
    return received


def free_port() -> int:
    """Return a port on which nothing listens at present."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def serving(
    environ: Mapping[str, str], folder: Path, ca: Path, flask_app: str = "tests.core.service", command: str = "serve"
) -> Iterator[Served]:
    """Run the service with these variables, then stop the process by its id and check that it exits with status 0."""
    port, output = free_port(), folder / ("output" if command == "serve" else "output of the metrics")
    variable = "APP_SERVER_PORT" if command == "serve" else "APP_METRICS_PORT"
    variables = {**os.environ, **environ, variable: str(port), "FLASK_APP": flask_app}
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", *command.split()],
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
        yield Served(port, ca, output, environ, process)
    finally:
        if process.poll() is None:
            process.send_signal(END)
        assert process.wait(30) == 0, output.read_text()


def listens(port: int) -> bool:
    """Return whether a process listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
