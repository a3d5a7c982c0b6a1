"""``flask serve``: serve with granian, which terminates TLS itself.

The parent process validates the settings once; a worker only creates the application.
"""

import errno
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import resource_tracker
from pathlib import Path
from threading import Thread, main_thread
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.server import MPServer

from .. import certificate, services, telemetry
from ..observability import events, log, metrics
from ..request import body
from ..request.state import stopping
from ..settings import ActiveSettings, ConfigurationError, Settings, get_settings
from . import open_files

MAX_HEADER_BYTES = 16 * 1024
HEADER_TIMEOUT_MS = 10_000  # the time in which a client must send its headers
SLOW_BODY_TIMEOUT = 5  # seconds for which a stop waits for slow bodies
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server(MPServer):
    """granian, hardened against signals sent to the whole process group, which arrive twice.

    ``shutdown_delay`` is the time in seconds for which it serves on after SIGTERM.
    """

    shutdown_delay = 0

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
        for worker in self.wrks if sys.platform != "win32" else ():
            with suppress(ProcessLookupError):
                os.kill(worker.inner.pid, signal.SIGUSR1)
        # A worker under load hangs if SIGTERM arrives while it handles SIGUSR1.
        time.sleep(max(self.shutdown_delay, 0.5))
        try:
            super().shutdown(exit_code)  # type: ignore[no-untyped-call]
        except SystemExit:
            if not self.interrupt_signal:
                raise

    def _spawn_workers(self, *args: Any, **options: Any) -> None:
        with _signals_blocked():
            super()._spawn_workers(*args, **options)  # type: ignore[no-untyped-call]

    def _respawn_workers(self, *args: Any, **options: Any) -> None:
        with _signals_blocked():
            super()._respawn_workers(*args, **options)


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


@click.command("serve")
@with_appcontext
def command() -> None:
    """Serve over HTTPS until SIGTERM or SIGINT.

    \b
    flask serve
    """
    active_settings = services.get(current_app, ActiveSettings)
    settings, root = active_settings[Settings], active_settings.root
    for warning in active_settings.warnings:
        log.write("warning", "settings", reason=warning)
    tls = settings.server_tls
    if tls:
        certificate.load(active_settings)  # granian would report an invalid certificate with a traceback
    chain, key = certificate.paths(active_settings) if tls else (None, None)
    check_port(settings.server_address, settings.server_port)
    if settings.server_debug and find_spec("watchfiles") is None:
        raise ConfigurationError("APP_SERVER_DEBUG requires the development tools. Run `uv sync`, or unset it.")
    if settings.server_debug or sys.platform != "linux":
        multiprocessing.set_start_method("spawn", force=True)  # a reload needs a new interpreter
        if sys.platform != "win32":
            resource_tracker.ensure_running()  # now, because its start unblocks the signals
    else:
        multiprocessing.set_start_method("fork", force=True)  # workers share the memory of the parent
    server = Server(
        current_app.import_name,
        address=settings.server_address,
        port=settings.server_port,
        interface=Interfaces.WSGI,
        workers=settings.server_workers,
        blocking_threads=settings.server_threads + body.THREADS,
        backpressure=open_files.allow(settings.server_connections),
        # No HTTP/2: with it, granian reads forever if a client vanishes in the middle of a body, and never closes idle
        # connections. A proxy can offer HTTP/2 to clients.
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS, max_buffer_size=MAX_HEADER_BYTES),
        ssl_cert=chain,
        ssl_key=key,
        ssl_protocol_min=SSLProtocols.tls13 if settings.server_tls_minimum == "1.3" else SSLProtocols.tls12,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        reload=settings.server_debug,
        reload_paths=[Path(current_app.root_path)],
        reload_ignore_worker_failure=True,  # a syntax error ends the worker until the next change
        log_enabled=False,
    )
    server.shutdown_delay = settings.server_shutdown_delay
    if sys.platform != "win32":
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # until a worker has its handler
    metrics.share(root / settings.metrics_folder)
    url = f"{'https' if tls else 'http'}://{settings.server_address}:{settings.server_port}"
    events.record(events.SYS_STARTUP, f"serving on {url}", workers=settings.server_workers)
    server.serve(target_loader=_create_app)
    events.record(events.SYS_SHUTDOWN, "the server has stopped")


def check_port(address: str, port: int, table: str = "SERVER") -> None:
    """Check that a server can listen on this address and port, which are settings of ``table``.

    Raises ``ConfigurationError``. granian sets SO_REUSEPORT: without this check, a second service would start and
    receive half of the connections of the first.
    """
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        if sys.platform != "win32":  # on Windows the option allows two listeners; elsewhere it ignores TIME_WAIT
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            foreign = error.errno == errno.EADDRNOTAVAIL
            fix = "ADDRESS to an address of this machine" if foreign else "PORT to another port"
            raise ConfigurationError(
                f"Cannot listen on port {port} of {address}: {error.strerror}. Set APP_{table}_{fix}."
            ) from None


def _create_app(import_name: str) -> Flask:
    """Return the application of a worker; ``import_name`` is the package that has ``create_app``.

    From here on SIGTERM ends a worker, until granian installs its own handler: the one that a forked worker inherits
    would only set the parent's stop flag. SIGINT stays blocked: Ctrl-C reaches a worker twice, from the terminal and as
    SIGTERM of its parent, and the worker would hang in the second handler.
    """
    if sys.platform != "win32":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    app = telemetry.start(import_module(import_name).create_app())
    if sys.platform != "win32":
        stop = partial(Thread, target=_prepare_stop, args=(app,), daemon=True)
        signal.signal(signal.SIGUSR1, lambda *_: None if stopping.is_set() else stop().start())
    log.start_queue(services.get(app, metrics.Metrics).log_lines_dropped.inc)
    return app


def _prepare_stop(app: Flask) -> None:
    """Make ``/readyz`` fail; end the worker when it only waits for slow bodies, which granian would do for long."""
    stopping.set()
    bodies, main = services.get(app, body.BodySlots), main_thread().ident or 0
    end = time.monotonic() + get_settings(app, Settings).server_shutdown_delay + SLOW_BODY_TIMEOUT
    while time.monotonic() < end or not bodies.are_all_that_is_left():
        time.sleep(0.2)
        # The kernel may give SIGTERM to another thread, and Python handles it when a signal reaches the main thread.
        signal.pthread_kill(main, signal.SIGUSR1)
    log.close_queue()
    os._exit(0)
