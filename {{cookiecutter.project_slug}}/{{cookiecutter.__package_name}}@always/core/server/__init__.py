"""``flask serve``: the one way to start.

The settings are checked once, here in the parent; a worker only builds the application. granian speaks TLS itself.
"""

import errno
import os
import signal
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.server import MPServer

from .. import certificate, services
from ..observability import events, metrics
from ..settings import ActiveSettings, ConfigurationError, Settings

HEADER_BYTES = 16 * 1024
HEADER_TIMEOUT = 10_000  # milliseconds that a client may take to send its headers
ENDS = (signal.SIGINT, signal.SIGTERM)


class Server(MPServer):
    """granian, made for signals that reach it twice and its workers too, as those to a group of processes do."""

    def signal_handler_interrupt(self, *_: Any) -> None:
        """End at the first signal; a second one would find the first inside a lock that it wants as well."""
        for number in ENDS:
            signal.signal(number, signal.SIG_IGN)
        self.interrupt_signal = True
        self.main_loop_interrupt.set()

    def shutdown(self, exit_code: int = 0) -> None:
        """Stop the workers; one that a signal ended before its parent did is no failure."""
        try:
            super().shutdown(exit_code)  # type: ignore[no-untyped-call]
        except SystemExit:
            if not self.interrupt_signal:
                raise


@click.command("serve")
@with_appcontext
def command() -> None:
    """Serve over HTTPS until SIGTERM or SIGINT.

    \b
    flask serve
    """
    active_settings = services.get(current_app, ActiveSettings)
    settings, root = active_settings[Settings], active_settings.root
    tls = settings.server_tls
    chain, key = certificate.installed(active_settings) if tls else (None, None)
    check_port(settings.server_address, settings.server_port)
    server = Server(
        current_app.import_name,
        address=settings.server_address,
        port=settings.server_port,
        interface=Interfaces.WSGI,
        workers=settings.server_workers,
        blocking_threads=settings.server_threads,
        backpressure=settings.server_connections,
        # No HTTP/2: there granian reads on for ever when a client vanishes in the middle of a body, and ends no
        # connection that is idle. A proxy speaks it to clients.
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT, max_buffer_size=HEADER_BYTES),
        ssl_cert=chain,
        ssl_key=key,
        ssl_protocol_min=SSLProtocols.tls13 if settings.server_tls_minimum == "1.3" else SSLProtocols.tls12,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        reload=settings.server_debug,
        reload_paths=[Path(current_app.root_path)],
        log_enabled=False,
    )
    if sys.platform != "win32":
        os.register_at_fork(
            before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, ENDS),
            after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS),
            after_in_child=_hear_as_a_worker,
        )
    metrics.share(root / settings.metrics_folder)
    scheme = "https" if tls else "http"
    where = f"{scheme}://{settings.server_address}:{settings.server_port}"
    events.record(events.SYS_STARTUP, f"serving on {where}", workers=settings.server_workers)
    server.serve(target_loader=_load)
    events.record(events.SYS_SHUTDOWN, "the server has stopped")


def check_port(address: str, port: int) -> None:
    """Check that the service can listen on this address and port. Raises ``ConfigurationError``.

    granian sets SO_REUSEPORT: a second service would start, and receive half of the connections of the first.
    """
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        if sys.platform != "win32":  # on Windows the option allows two listeners; elsewhere it ignores TIME_WAIT
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            foreign = error.errno == errno.EADDRNOTAVAIL
            fix = "APP_SERVER_ADDRESS to an address of this machine" if foreign else "APP_SERVER_PORT to another port"
            raise ConfigurationError(
                f"Cannot listen on port {port} of {address}: {error.strerror}. Set {fix}."
            ) from None


def _hear_as_a_worker() -> None:
    """Let a worker that was just forked end when its parent says so, before granian gives it a way of its own to end.

    Until then it has its parent's way, which would only note that its parent ends. Ctrl-C is its parent's to hear.
    """
    if sys.platform != "win32":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


def _load(target: str) -> Flask:
    """Return the application of one worker process; ``target`` is the package of the service.

    Ctrl-C reaches a worker twice, from the terminal and from its parent, and the second one makes it hang. So it
    listens to its parent alone.
    """
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    application: Flask = import_module(target).create_app()
    return application
