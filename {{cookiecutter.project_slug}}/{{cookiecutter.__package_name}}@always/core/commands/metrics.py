"""``flask metrics serve``: the metrics on an internal port, from a small process that outlives the workers."""

import signal
import socket
import ssl
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from prometheus_client.exposition import ThreadingWSGIServer
from werkzeug import Request, Response

from .. import certificate, services
from ..endpoints.metrics import CHALLENGE, MEDIA_TYPE, is_authorized, scrape
from ..server import check_port
from ..server.reload import Reload
from ..settings import ActiveSettings, ConfigurationError, Settings
from ..settings.fields import GENERATE_HINT

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

command = AppGroup("metrics", help="Serve the metrics of the workers.")


class Server(ThreadingWSGIServer):
    """Serves each scrape in a thread of its own, so that a slow client does not delay another."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that close the connection or do not use TLS."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(WSGIRequestHandler):
    """Handles one scrape with a timeout and without a log line."""

    timeout = 5

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log nothing."""


@command.command("serve")
def serve() -> None:
    """Serve the metrics until SIGTERM or SIGINT, with the metrics token and the certificate of the service.

    SIGHUP reads both again.

    \b
    flask metrics serve
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    active_settings = services.get(app, ActiveSettings)
    settings = active_settings[Settings]
    if not settings.metrics_token:
        raise ConfigurationError(f"APP_METRICS_TOKEN is missing: {GENERATE_HINT}.")
    server = listen(app)
    scheme = "https" if settings.server_tls else "http"
    host = f"[{settings.metrics_address}]" if ":" in settings.metrics_address else settings.metrics_address
    click.echo(f"Metrics on {scheme}://{host}:{settings.metrics_port}/metrics", err=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, partial(_read_again, server, Reload(app)))
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()


def _read_again(server: WSGIServer, reload: Reload, *_: Any) -> None:
    if reload.read():
        server.set_app(application(reload.app))
        if isinstance(server.socket, ssl.SSLSocket):
            server.socket.context.load_cert_chain(*certificate.paths(services.get(reload.app, ActiveSettings)))
        reload.log()


def listen(app: Flask) -> WSGIServer:
    """Return a server that listens on the address in the settings. Raises ``ConfigurationError`` if it cannot."""
    active_settings = services.get(app, ActiveSettings)
    settings = active_settings[Settings]
    address, port = settings.metrics_address, settings.metrics_port
    context = certificate.load(active_settings) if settings.server_tls else None
    check_port(address, port, "METRICS")
    Server.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = make_server(address, port, application(app), Server, Handler)
    if context:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # The handshake takes place in the thread of the connection, where a slow client blocks no other.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server


def application(app: Flask) -> "WSGIApplication":
    """Return a WSGI application that serves the metrics of ``app`` to clients with the token, and nothing else."""
    active_settings = services.get(app, ActiveSettings)
    folder = active_settings.root / active_settings[Settings].metrics_folder

    @Request.application
    def respond(request: Request) -> Response:
        if (request.method, request.path) != ("GET", "/metrics"):
            return Response(status=404)
        if not is_authorized(app, request.headers.get("Authorization")):
            return Response(status=401, headers={"WWW-Authenticate": CHALLENGE})
        return Response(scrape(app, folder), content_type=MEDIA_TYPE)

    return respond
