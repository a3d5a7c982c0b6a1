"""A PostgreSQL server that a test can kill, freeze and restart, and PgBouncer in front of it."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.deployment.proxies import is_listening
from tests.programs import program
from tests.services import free_port, import_test_module
from tests.soak.memory import processes

SECONDS = 30
PASSWORD = "of-this-test"  # noqa: S105
POOLER = """
[databases]
* = host=127.0.0.1 port={server} user=service password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 8
server_login_retry = 1
"""


class Server:
    """A server on a port of its own; ``start`` runs it with its existing data."""

    def __init__(self, command: Sequence[str], user: str | None, log: Path) -> None:
        """Start it."""
        self.port = free_port()
        self.url = f"postgresql://service:{PASSWORD}@127.0.0.1:{self.port}/postgres"
        self._command, self._user, self._log = [*command, "-p", str(self.port)], user, log
        self.start()

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, user=self._user, stdout=log, stderr=log)
        wait_until(self._is_ready, self._log)

    def freeze(self) -> None:
        """Stop all processes; their connections stay open."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Continue all processes."""
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """Kill all processes."""
        self._send(signal.SIGKILL)
        self._process.wait(SECONDS)

    def _send(self, number: signal.Signals) -> None:
        for each in list(processes(self._process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, number)

    def _is_ready(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def wait_until(condition: Callable[[], bool], log: Path) -> None:
    """Poll the condition; raises AssertionError with the log after SECONDS."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, log.read_text("utf-8")
        time.sleep(0.05)


@contextmanager
def postgresql(service: Path) -> Iterator[Server]:
    """Run a server with an empty database, with the programs and options of the service's tests."""
    tests = import_test_module(service, "database_server")
    executable = tests.program("postgres", *tests.FOLDERS)
    user = tests.unprivileged()
    with tests.own_folder(user) as folder:
        tests._create(tests.program("initdb", *tests.FOLDERS), folder, PASSWORD, user)
        command = [executable, "-D", str(folder / "data"), "-k", str(folder), *tests.FAST]
        server = Server([*command, "-h", "127.0.0.1"], user, folder / "log")
        try:
            yield server
        finally:
            server.kill()


@contextmanager
def pgbouncer(service: Path, server: Server) -> Iterator[str]:
    """Run PgBouncer in transaction mode in front of a server; yield the URL through it."""
    tests = import_test_module(service, "database_server")
    executable, user = program("pgbouncer", "/usr/sbin/pgbouncer"), tests.unprivileged()
    with tests.own_folder(user) as folder:
        port, log = free_port(), folder / "log"
        text = POOLER.format(server=server.port, password=PASSWORD, port=port)
        (folder / "pgbouncer.ini").write_text(text)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [executable, folder / "pgbouncer.ini"], user=user, stdout=output, stderr=output
            )
        try:
            wait_until(lambda: is_listening(port), log)
            yield server.url.replace(str(server.port), str(port))
        finally:
            process.kill()
            process.wait(SECONDS)
