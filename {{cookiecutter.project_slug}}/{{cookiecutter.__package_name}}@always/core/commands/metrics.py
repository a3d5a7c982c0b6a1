"""``flask metrics serve``: the metrics on an internal port, in one small process that outlives the workers."""

import os
import signal
import socket
import ssl
import sys
from collections.abc import Iterable
from contextlib import suppress
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from .. import certificate, services
from ..endpoints import scrape
from ..observability import metrics
from ..settings import ActiveSettings, ConfigurationError, Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

command = AppGroup("metrics", help="Serve what the workers count.")


class Server(ThreadingMixIn, WSGIServer):
    """A server for one Prometheus: small, and no slow client keeps another waiting."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        """Listen on an address of either kind."""
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that goes away, or that speaks no TLS."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(WSGIRequestHandler):
    """Answers one scrape, within seconds, and writes no line about it."""

    timeout = 5

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@command.command("serve")
def serve() -> None:
    """Serve the metrics until SIGTERM or SIGINT, with the metrics token and the certificate of the service.

    \b
    flask metrics serve
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    active_settings = services.get(app, ActiveSettings)
    settings = active_settings[Settings]
    if not settings.metrics_token:
        raise ConfigurationError("APP_METRICS_TOKEN is missing: without it nobody may read the metrics.")
    server = listen(app)
    os.environ[metrics.FOLDER] = str(active_settings.root / settings.metrics_folder)
    scheme = "https" if settings.server_tls else "http"
    host = f"[{settings.metrics_address}]" if ":" in settings.metrics_address else settings.metrics_address
    click.echo(f"Metrics on {scheme}://{host}:{settings.metrics_port}/metrics", err=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()


def listen(app: Flask) -> WSGIServer:
    """Return a server that listens where the settings say. Raises ``StartRefused`` where it cannot."""
    active_settings = services.get(app, ActiveSettings)
    settings = active_settings[Settings]
    address, port = settings.metrics_address, settings.metrics_port
    context = certificate.served(*certificate.installed(active_settings)) if settings.server_tls else None
    try:
        server = make_server(address, port, answer(app), Server, Handler)
    except OSError as error:
        raise ConfigurationError(f"Port {port} of {address} cannot be listened on: {error.strerror}.") from None
    if context:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # The handshake is left to the thread of the connection: a client that is slow with it holds up nobody.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server


def answer(app: Flask) -> "WSGIApplication":
    """Return what answers: the metrics for the token, and nothing else."""

    def respond(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/metrics" or environ["REQUEST_METHOD"] != "GET":
            start_response("404 Not Found", [("Content-Length", "0")])
            return []
        if not scrape.allowed(app, environ.get("HTTP_AUTHORIZATION")):
            start_response(
                "401 Unauthorized", [("WWW-Authenticate", 'Bearer realm="metrics"'), ("Content-Length", "0")]
            )
            return []
        content = scrape.text(app)
        start_response("200 OK", [("Content-Type", scrape.MEDIA_TYPE), ("Content-Length", str(len(content)))])
        return [content]

    return respond
