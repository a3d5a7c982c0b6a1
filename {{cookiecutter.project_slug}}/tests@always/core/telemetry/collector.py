"""A fake OpenTelemetry collector and Sentry server."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.core.live_server import HOST


class Collector(ThreadingHTTPServer):
    """Keeps the bodies that it receives, decompressed, by the path of the request."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), Handler)
        self.bodies: list[tuple[str, bytes]] = []

    @property
    def variables(self) -> dict[str, str]:
        """The variables that make a service send to this server, and keep its spans until it stops."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{HOST}:{self.server_port}",
            "OTEL_BSP_SCHEDULE_DELAY": "60000",
            "SENTRY_DSN": f"http://public@{HOST}:{self.server_port}/1",
        }

    def exported(self) -> list[tuple[dict[str, str], dict[str, Any]]]:
        """Return the attributes of the resource and the span, for each span."""
        bodies = [body for path, body in self.bodies if path == "/v1/traces"]
        parts = [MessageToDict(ExportTraceServiceRequest.FromString(body))["resourceSpans"] for body in bodies]
        return [
            (attributes(resource["resource"]), span)
            for part in parts
            for resource in part
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]

    def reports(self) -> list[dict[str, Any]]:
        """Return the error reports: an envelope is a header, and for each item a header and its content."""
        envelopes = [body.splitlines() for path, body in self.bodies if path == "/api/1/envelope/"]
        return [
            json.loads(content)
            for envelope in envelopes
            for header, content in zip(envelope[1::2], envelope[2::2], strict=True)
            if json.loads(header)["type"] == "event"
        ]


class Handler(BaseHTTPRequestHandler):
    """Accepts every body."""

    server: Collector

    def do_POST(self) -> None:
        """Keep the body."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append((self.path, gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


def attributes(part: dict[str, Any]) -> dict[str, str]:
    """Return the attributes of a span or a resource as strings."""
    return {each["key"]: next(iter(each["value"].values())) for each in part["attributes"]}


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run the server."""
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield collector
        finally:
            collector.shutdown()
            thread.join()
