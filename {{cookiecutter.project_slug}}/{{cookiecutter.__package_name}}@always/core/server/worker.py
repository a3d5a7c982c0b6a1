"""A worker process: its application, and the signals of its parent."""

import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from multiprocessing import util
from pathlib import Path
from threading import Thread, main_thread

from flask import Flask

from .. import services, telemetry
from ..endpoints.health import Dependencies
from ..observability import log, metrics
from ..request import slots
from ..request.state import closing, stopping
from ..settings import Settings, get_settings
from .standby import Standby

SLOW_BODY_TIMEOUT = 5  # seconds for which a stop waits for slow bodies


def create_app(
    import_name: str, metrics_files: tuple[Path, str], listener: int | None = None, others: Sequence[int] = ()
) -> Standby:
    """Return the application of a worker; ``import_name`` is the package that has ``create_app``.

    ``metrics_files`` are the folder and the names of the files in which it counts; ``listener`` is the file descriptor
    on which it accepts connections, ``others`` are those of the other workers.

    From here on SIGTERM ends a worker, until granian installs its own handler: the one that a forked worker inherits
    would only set the parent's stop flag. SIGINT stays blocked: Ctrl-C reaches a worker twice, from the terminal and as
    SIGTERM of its parent, and the worker would hang in the second handler.
    """
    for other in others:
        os.close(other)
    if sys.platform != "win32":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    metrics.count_in_files(*metrics_files)
    app = telemetry.start(import_module(import_name).create_app())
    services.get(app, Dependencies).states()  # so that the first readiness check gets a result
    if sys.platform != "win32":
        signal.signal(signal.SIGURG, lambda *_: None)  # wakes the main thread
        Thread(target=_wait_for_signals, args=(app, listener), daemon=True).start()
    log.start_queue(services.get(app, metrics.Metrics).log_lines_dropped.inc)
    return Standby(app, get_settings(app, Settings).server_threads + slots.THREADS)


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
    bodies, main = services.get(app, slots.BodySlots), main_thread().ident or 0
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
