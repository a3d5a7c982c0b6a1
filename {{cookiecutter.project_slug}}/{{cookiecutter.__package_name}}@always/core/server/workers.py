"""The parent of the workers: how it starts, stops, and replaces them without a failed request.

SIGHUP starts new workers, which read the settings, the secrets and the certificate again. The old ones then accept no
more connections, complete the requests in progress, and end.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

from granian.server import MPServer
from prometheus_client.multiprocess import mark_process_dead

from .reload import Reload

SIGNALS = (signal.SIGINT, signal.SIGTERM)
START_SECONDS = 1.5  # new connections wait if a worker needs longer
SIGNAL_SECONDS = 0.5  # a worker under load hangs if SIGTERM arrives while it handles SIGUSR1
DRAIN_SECONDS = 4  # clients that send requests more often than that continue on another connection


class Server(MPServer):
    """granian, hardened against signals sent to the whole process group, which arrive twice.

    SIGHUP replaces the workers if ``reload`` succeeds. After SIGTERM it serves on for ``shutdown_delay`` seconds.
    """

    reload: Reload
    metrics_folder: Path
    metrics_lock: IO[bytes]
    shutdown_delay = 0
    _generation = 0
    _shd: Any
    _ssp: Any
    _sso: Any
    _listeners: Sequence[Any] = ()

    def signal_handler_interrupt(self, number: int, *_: Any) -> None:
        """Stop at the first signal. The handler of a second one would deadlock on a lock that the first one holds."""
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        if number == signal.SIGINT:
            self.shutdown_delay = 0  # Ctrl-C: a user waits for the end
        self.interrupt_signal = True
        self.main_loop_interrupt.set()

    def shutdown(self, exit_code: int = 0) -> None:
        """Stop the workers. A worker that the signal ended before the parent did is not a failure."""
        _send("SIGUSR1", self.wrks)
        time.sleep(max(self.shutdown_delay, SIGNAL_SECONDS))
        try:
            super().shutdown(exit_code)  # type: ignore[no-untyped-call]
        except SystemExit:
            if not self.interrupt_signal:
                raise

    def _init_shared_socket(self) -> None:
        super()._init_shared_socket()  # type: ignore[no-untyped-call]
        if sys.platform == "linux":
            # The parent keeps the socket of each worker open: connections that wait in it survive their worker.
            listeners = [self._ssp.build() for _ in range(1 if self.reload_on_changes else self.workers)]
            self._ssp = None
            for each in listeners:
                with socket.socket(fileno=os.dup(each.get_fd())) as listener:
                    listener.listen(self.backlog)  # now, because a worker needs time to start
            if self.reload_on_changes:  # a new interpreter gets a descriptor only as a socket that can be pickled
                self._shd, self._sso = listeners[0], socket.socket(fileno=listeners[0].get_fd())
            else:
                self._listeners = listeners

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:  # type: ignore[override]
        if self._listeners:
            self._shd = self._listeners[idx]
            own, all_ = self._shd.get_fd(), [each.get_fd() for each in self._listeners]
            callback_loader = partial(callback_loader, listener=own, others=[each for each in all_ if each != own])
        name = self._name(idx)
        mark_process_dead(name, self.metrics_folder)  # type: ignore[no-untyped-call]  # the worker that it replaces
        callback_loader = partial(callback_loader, metrics_files=(self.metrics_folder, name))
        return super()._spawn_worker(idx, target, callback_loader)

    def _name(self, idx: int) -> str:
        # Only two workers with the same number run at a time, during a reload: the number of files stays constant.
        return f"{idx}-{self._generation % 2}"

    def _drop_shared_socket(self) -> None:
        super()._drop_shared_socket()  # type: ignore[no-untyped-call]
        for each in self._listeners:  # connections are refused as soon as the workers stop to accept them
            os.close(each.get_fd())

    def _spawn_workers(self, *args: Any, **options: Any) -> None:
        with _signals_blocked():
            super()._spawn_workers(*args, **options)  # type: ignore[no-untyped-call]

    def _respawn_workers(self, *args: Any, **options: Any) -> None:
        with _signals_blocked():
            super()._respawn_workers(*args, **options)

    def _reload(self, spawn_target: Any, target_loader: Any) -> None:
        """Replace all workers at once. granian itself would close connections that have not sent their request yet."""
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        if not self.reload.read():
            return
        old, self.wrks = self.wrks, []
        ended = [self._name(idx) for idx in range(self.workers)]
        self._generation += 1
        self._spawn_workers(spawn_target, target_loader)
        time.sleep(START_SECONDS)
        _send("SIGUSR2", old)
        time.sleep(DRAIN_SECONDS)
        new, self.wrks = self.wrks, old
        _send("SIGUSR1", self.wrks)
        time.sleep(SIGNAL_SECONDS)
        self._stop_workers()  # type: ignore[no-untyped-call]
        self.wrks = new
        for name in ended:
            mark_process_dead(name, self.metrics_folder)  # type: ignore[no-untyped-call]
        self.reload.log()


def _send(name: str, workers: Sequence[Any]) -> None:
    """Send a signal that Windows does not have."""
    for worker in workers if hasattr(signal, name) else ():
        with suppress(ProcessLookupError):
            os.kill(worker.inner.pid, getattr(signal, name))


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Block the signals that end the service, also in the processes that start meanwhile."""
    if sys.platform == "win32":
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
