"""A real server that a test can kill, freeze and restart on the same port, and a slow connection to it."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from threading import Thread
from types import TracebackType
from typing import Self

import pytest

from tests.core.real_server import START_SECONDS, accepts, free_port


class StoppableServer:
    """The server that ``command`` starts on a free port; call ``start`` first."""

    def __init__(self, scheme: str, command: Callable[[int], Sequence[str]], user: str | None = None) -> None:
        if "TEST_LIMITER_URI" in os.environ:
            pytest.skip("the storage at TEST_LIMITER_URI must not be stopped")
        self.port = free_port()
        self.uri = f"{scheme}://127.0.0.1:{self.port}"
        self._command = command
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start an empty server with these options, and wait until it accepts connections."""
        command = [*self._command(self.port), *options]
        self._process = subprocess.Popen(command, user=self._user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not accepts(self.port):
            assert self._process.poll() is None, f"{command} exited"
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def freeze(self) -> None:
        """Stop its process; its connections stay open."""
        self._send(signal.SIGSTOP)
        if self._process:
            os.waitpid(self._process.pid, os.WUNTRACED)  # until all of its threads are stopped

    def thaw(self) -> None:
        """Continue its process."""
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """Kill it."""
        self._send(signal.SIGKILL)
        if self._process:
            self._process.wait()
            self._process = None

    def _send(self, number: int) -> None:
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.thaw()
        self.kill()


class DelayingProxy:
    """A TCP proxy to the server that delays each response by ``delay`` seconds."""

    def __init__(self, server: StoppableServer) -> None:
        self.delay = 0.0
        self._to = server.port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.uri = server.uri.replace(str(server.port), str(self._listener.getsockname()[1]))
        self._open: list[socket.socket] = []
        Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                self._open += [near, far]
                Thread(target=self._carry, args=(near, far, False), daemon=True).start()
                Thread(target=self._carry, args=(far, near, True), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, slow: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                time.sleep(self.delay if slow else 0)
                sink.sendall(data)
