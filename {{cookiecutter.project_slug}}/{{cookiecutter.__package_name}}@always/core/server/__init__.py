"""``flask serve``: serve with granian, which terminates TLS itself.

The parent process validates the settings once; a worker only creates the application.
"""

import errno
import multiprocessing
import os
import signal
import socket
import sys
from importlib.util import find_spec
from multiprocessing import resource_tracker
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings

from .. import certificate, services
from ..observability import events, log, metrics
from ..request import slots
from ..settings import ActiveSettings, ConfigurationError, Settings
from . import open_files, worker, workers
from .reload import Reload

MAX_HEADER_BYTES = 16 * 1024
HEADER_TIMEOUT_MS = 10_000  # the time in which a client must send its headers


@click.command("serve")
@with_appcontext
def command() -> None:
    """Serve over HTTPS until SIGTERM or SIGINT. SIGHUP reads settings, secrets and certificate again.

    \b
    flask serve
    """
    active_settings = services.get(current_app, ActiveSettings)
    settings, root = active_settings[Settings], active_settings.root
    for warning in active_settings.warnings:
        log.write("warning", "settings", reason=warning)
    tls = settings.server_tls
    reload = Reload(current_app._get_current_object())  # type: ignore[attr-defined]
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
    server = workers.Server(
        current_app.import_name,
        address=settings.server_address,
        port=settings.server_port,
        interface=Interfaces.WSGI,
        workers=settings.server_workers,
        blocking_threads=settings.server_threads + slots.THREADS,
        backpressure=open_files.allow(settings.server_connections),
        # No HTTP/2: granian would read forever if a client vanishes in the middle of a body, and keep idle connections.
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
        # Workers inherit the mask: one of their threads waits for these signals.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGUSR2})
    server.metrics_folder = root / settings.metrics_folder
    metrics.clear(server.metrics_folder)
    server.metrics_lock = metrics.lock(server.metrics_folder)
    url = f"{'https' if tls else 'http'}://{settings.server_address}:{settings.server_port}"
    server.on_startup(lambda: events.record(events.SYS_STARTUP, f"serving on {url}", workers=settings.server_workers))
    server.reload = reload
    # A reload cannot change these: new workers get them as variables of the process, which take precedence.
    os.environ.update(APP_SERVER_THREADS=str(settings.server_threads), APP_SERVER_WORKERS=str(settings.server_workers))
    server.serve(target_loader=worker.create_app)
    events.record(events.SYS_SHUTDOWN, "the server has stopped")


def check_port(address: str, port: int, table: str = "SERVER") -> None:
    """Check that a server can listen on this address and port, which are settings of ``table``.

    Raises ``ConfigurationError``. granian sets SO_REUSEPORT: a second service would receive half of the connections.
    """
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as trial:
        if sys.platform != "win32":  # on Windows the option allows two listeners; elsewhere it ignores TIME_WAIT
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
        except OSError as error:
            unusable = error.errno == errno.EADDRNOTAVAIL
            fix = "ADDRESS to an address of this machine" if unusable else "PORT to another port"
            raise ConfigurationError(
                f"Cannot listen on port {port} of {address}: {error.strerror}. Set APP_{table}_{fix}."
            ) from None
