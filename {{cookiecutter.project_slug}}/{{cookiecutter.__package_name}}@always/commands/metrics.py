"""``flask metrics serve``: the metrics on an internal port, in one small process that outlives the workers."""

import os
import signal
import ssl
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from ..monitoring import metrics, scrape
from ..settings import InForce, Settings, StartRefused

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

command = AppGroup("metrics", help="Serve what the workers count.")


class Server(ThreadingMixIn, WSGIServer):
    """A server for one Prometheus: small, and no slow client keeps another waiting."""

    daemon_threads = True


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
    in_force: InForce = app.extensions["settings"]
    settings = in_force[Settings]
    if not settings.metrics_token:
        raise StartRefused("APP_METRICS_TOKEN is missing: without it nobody may read the metrics.")
    os.environ[metrics.FOLDER] = str(in_force.root / settings.metrics_folder)
    server = make_server(settings.metrics_address, settings.metrics_port, answer(app), Server, Handler)
    if settings.server_tls:
        _speak_tls(server, in_force.root / settings.server_certificate, in_force.root / settings.server_certificate_key)
    scheme = "https" if settings.server_tls else "http"
    click.echo(f"Metrics on {scheme}://{settings.metrics_address}:{server.server_port}/metrics", err=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()


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


def _speak_tls(server: WSGIServer, chain: Path, key: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(chain, key)
    # The handshake is left to the thread of the connection: a client that is slow with it holds up nobody.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
