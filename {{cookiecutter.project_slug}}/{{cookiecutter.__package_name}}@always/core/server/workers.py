"""The worker processes: how they start, stop, and are replaced without a failed request.

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
from importlib import import_module
from multiprocessing import util
from threading import Thread, main_thread
from typing import Any

from flask import Flask
from granian.server import MPServer

from .. import services, telemetry
from ..endpoints.health import Dependencies
from ..observability import log, metrics
from ..request import body
from ..request.state import closing, stopping
from ..settings import Settings, get_settings
from .reload import Reload

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SLOW_BODY_TIMEOUT = 5  # seconds for which a stop waits for slow bodies
START_SECONDS = 1.5  # new connections wait if a worker needs longer
DRAIN_SECONDS = 4  # clients that send requests more often than that continue on another connection


class Server(MPServer):
    """granian, hardened against signals sent to the whole process group, which arrive twice.

    SIGHUP replaces the workers unless ``reload`` reports that new ones could not start. ``shutdown_delay`` is the time
    in seconds for which it serves on after SIGTERM.
    """

    reload: Reload
    shutdown_delay = 0
    _shd: Any
    _ssp: Any
    _listeners: Sequence[Any] = ()

    def signal_handler_interrupt(self, number: int, *_: Any) -> None:
        """Stop at the first signal. The handler of a second one would deadlock on a lock that the first one holds."""
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        if number == signal.SIGINT:
            self.shutdown_delay = 0  # somebody waits for the end
        self.interrupt_signal = True
        self.main_loop_interrupt.set()

    def shutdown(self, exit_code: int = 0) -> None:
        """Stop the workers. A worker that the signal ended before the parent did is not a failure."""
        _send("SIGUSR1", self.wrks)
        # A worker under load hangs if SIGTERM arrives while it handles SIGUSR1.
        time.sleep(max(self.shutdown_delay, 0.5))
        try:
            super().shutdown(exit_code)  # type: ignore[no-untyped-call]
        except SystemExit:
            if not self.interrupt_signal:
                raise

    def _init_shared_socket(self) -> None:
        super()._init_shared_socket()  # type: ignore[no-untyped-call]
        if sys.platform == "linux" and not self.reload_on_changes:
            # The parent keeps the socket of each worker open: connections that wait in it survive their worker.
            self._listeners = [self._ssp.build() for _ in range(self.workers)]
            self._ssp = None

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:  # type: ignore[override]
        if self._listeners:
            self._shd = self._listeners[idx]
            own, all_ = self._shd.get_fd(), [each.get_fd() for each in self._listeners]
            callback_loader = partial(callback_loader, listener=own, others=[each for each in all_ if each != own])
        return super()._spawn_worker(idx, target, callback_loader)

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
        self._spawn_workers(spawn_target, target_loader)
        time.sleep(START_SECONDS)
        _send("SIGUSR2", old)
        time.sleep(DRAIN_SECONDS)
        new, self.wrks = self.wrks, old
        _send("SIGUSR1", self.wrks)
        self._stop_workers()  # type: ignore[no-untyped-call]
        self.wrks = new
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


def create_app(import_name: str, listener: int | None = None, others: Sequence[int] = ()) -> Flask:
    """Return the application of a worker; ``import_name`` is the package that has ``create_app``.

    ``listener`` is the file descriptor on which it accepts connections, ``others`` are those of the other workers.

    From here on SIGTERM ends a worker, until granian installs its own handler: the one that a forked worker inherits
    would only set the parent's stop flag. SIGINT stays blocked: Ctrl-C reaches a worker twice, from the terminal and as
    SIGTERM of its parent, and the worker would hang in the second handler.
    """
    for other in others:
        os.close(other)
    if sys.platform != "win32":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    app = telemetry.start(import_module(import_name).create_app())
    services.get(app, Dependencies).states()  # so that the first probe of /readyz gets a result
    if sys.platform != "win32":
        signal.signal(signal.SIGURG, lambda *_: None)  # wakes the main thread
        Thread(target=_wait_for_signals, args=(app, listener), daemon=True).start()
    log.start_queue(services.get(app, metrics.Metrics).log_lines_dropped.inc)
    return app


def _wait_for_signals(app: Flask, listener: int | None) -> None:
    """Wait for the signals of the parent, which a handler in the main thread could miss."""
    if sys.platform != "win32":
        delay = get_settings(app, Settings).server_shutdown_delay
        if signal.sigwait({signal.SIGUSR1, signal.SIGUSR2}) == signal.SIGUSR2:
            _stop_accepting(listener)
            signal.sigwait({signal.SIGUSR1})
            delay = 0
        _prepare_stop(app, delay)


def _prepare_stop(app: Flask, delay: int) -> None:
    """Make ``/readyz`` fail; end the worker if it only waits for slow bodies; granian would wait until it is killed.

    ``delay`` is the time in seconds until the parent sends SIGTERM.
    """
    closing.set()
    stopping.set()
    bodies, main = services.get(app, body.BodySlots), main_thread().ident or 0
    end = time.monotonic() + delay + SLOW_BODY_TIMEOUT
    while time.monotonic() < end or not bodies.only_slow_remain():
        time.sleep(0.2)
        if sys.platform != "win32":
            # The kernel may give SIGTERM to another thread; Python handles it when a signal reaches the main thread.
            signal.pthread_kill(main, signal.SIGURG)
    util._exit_function()  # type: ignore[attr-defined]  # writes the queued log lines, sends traces and error reports
    os._exit(0)


def _stop_accepting(listener: int | None) -> None:
    """Close connections after their next response; accept no new ones on the file descriptor ``listener``."""
    closing.set()
    if listener is not None:
        with socket.create_server(("127.0.0.1", 0)) as unused:  # the new worker accepts from the real one
            unused.setblocking(False)
            os.dup2(unused.fileno(), listener)
