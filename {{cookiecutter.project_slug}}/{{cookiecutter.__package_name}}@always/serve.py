"""``flask serve``: the one way to start.

The settings are checked once, here in the parent; a worker only builds the application. granian speaks TLS itself.
"""

import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.server import MPServer

from . import certificate
from .monitoring import events, metrics
from .settings import InForce, Settings, StartRefused

HEADER_BYTES = 16 * 1024
HEADER_TIMEOUT = 10_000  # milliseconds that a client may take to send its headers
STOP_TIMEOUT = 30  # seconds that requests have to end when the service does
ASKED_EVERY = 0.5  # seconds


class Server(MPServer):
    """granian, made to end whenever it is told to: twice, by a signal to the whole group, or while it still starts."""

    def signal_handler_interrupt(self, *_: Any) -> None:
        """End at the first signal; a second one would find the first inside a lock that it wants as well."""
        for number in (signal.SIGINT, signal.SIGTERM):
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

    def _stop_workers(self) -> None:
        """Ask the workers to end until they do: one that still starts does not hear it."""
        workers: list[Any] = self.wrks
        deadline = time.monotonic() + STOP_TIMEOUT
        while any(worker.is_alive() for worker in workers) and time.monotonic() < deadline:
            for worker in workers:
                worker.terminate()
            workers[0].join(ASKED_EVERY)
        super()._stop_workers()  # type: ignore[no-untyped-call]


@click.command("serve")
@with_appcontext
def command() -> None:
    """Serve over HTTPS until SIGTERM or SIGINT.

    \b
    flask serve
    """
    in_force: InForce = current_app.extensions["settings"]
    settings, root = in_force[Settings], in_force.root
    tls = settings.server_tls
    chain, key = certificate.installed(in_force) if tls else (None, None)
    _refuse_taken(settings.server_address, settings.server_port)
    server = Server(
        f"{__name__}:worker",
        factory=True,
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
        workers_kill_timeout=STOP_TIMEOUT,
        reload=settings.server_debug,
        reload_paths=[Path(__file__).parent],
        log_enabled=False,
    )
    metrics.share(root / settings.metrics_folder)
    scheme = "https" if tls else "http"
    where = f"{scheme}://{settings.server_address}:{settings.server_port}"
    events.record("sys_startup", f"serving on {where}", workers=settings.server_workers)
    server.serve()
    events.record("sys_shutdown", "the server has stopped")


def _refuse_taken(address: str, port: int) -> None:
    """Refuse an address that cannot be listened on.

    granian shares its port with whoever asks: a second service would answer half of the calls of the first.
    """
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        if sys.platform != "win32":  # where it would take the port from another; elsewhere it only forgets ended ones
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise StartRefused(f"Port {port} of {address} cannot be listened on: {error.strerror}.") from None


def worker() -> Flask:
    """Return the application of one worker process.

    Ctrl-C reaches a worker twice, from the terminal and from its parent, and the second one makes it hang. So it
    listens to its parent alone.
    """
    # Imported late: the package that assembles the service also knows this command.
    from . import create_app

    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return create_app()
