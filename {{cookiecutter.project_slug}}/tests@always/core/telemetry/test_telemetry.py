"""Traces and error reports describe requests without a credential."""

import json
import os
import socket
from base64 import b64decode
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest

from tests.core.live_server import HOST, serving
from tests.core.telemetry import traced_service
from tests.core.telemetry.collector import attributes, collecting

CREDENTIAL = token_urlsafe(32)
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.skipif(os.name == "nt", reason="the server has one worker on Windows")
@pytest.mark.control("L2", "L4")
@pytest.mark.parametrize(
    "variables",
    [{}, {"APP_SERVER_DEBUG": "true", "OTEL_SERVICE_NAME": "orders"}],
    ids=["forked worker", "spawned worker"],
)
def test_requests_are_traced_and_defects_reported_without_a_credential(
    environ: dict[str, str], certificate: Path, variables: dict[str, str]
) -> None:
    folder = Path(environ["APP_SETTINGS"]).parent
    with collecting() as collector:
        environ |= {
            "APP_ENVIRONMENT": "development",
            "SENTRY_ENVIRONMENT": "staging",
            "APP_LOG_FORMAT": "json",
            **collector.variables,
            **variables,
        }
        with serving(environ, folder, certificate / "ca.pem", traced_service.__name__) as served:
            served.send(
                f"POST /defects/7?token={CREDENTIAL} HTTP/1.1",
                "Host: localhost",
                "X-Request-ID: request-of-the-defect",
                f"traceparent: 00-{TRACE}-{PARENT}-01",
                f"tracestate: vendor={CREDENTIAL}",
                f"baggage: token={CREDENTIAL}",
                f"sentry-trace: {CREDENTIAL}",
                f"Authorization: Bearer {CREDENTIAL}",
                f"X-Credential: {CREDENTIAL}",
                f"Cookie: session={CREDENTIAL}",
                f"User-Agent: {CREDENTIAL}",
                "Content-Type: text/plain",
                f"Content-Length: {len(CREDENTIAL)}",
                "Connection: close",
                body=CREDENTIAL.encode(),
            )
            for path in ("/streams", f"/unknown/{CREDENTIAL}", "/healthz"):
                served.send(f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close")
        # Complete now: a stop writes the queued lines of the access log.
        lines = [json.loads(line) for line in served.output.read_text().splitlines() if line.startswith("{")]
        spans = {span["name"]: (resource, span) for resource, span in collector.exported()}
        reports = collector.reports()
    assert set(spans) == {"POST /defects/<number>", "GET /streams", "request"}
    resource, span = spans["POST /defects/<number>"]
    assert resource["service.name"] == variables.get("OTEL_SERVICE_NAME", traced_service.__name__)
    assert CREDENTIAL.encode() not in b"".join(body for _, body in collector.bodies)
    check_defect(span, lines, reports)
    check_stream(spans["GET /streams"][1], lines)
    assert attributes(spans["request"][1])["http.response.status_code"] == "404"


def check_defect(span: dict[str, Any], lines: list[dict[str, Any]], reports: list[dict[str, Any]]) -> None:
    """Check that span, log lines and error report lead to each other."""
    ids = {"request_id": "request-of-the-defect", "trace_id": TRACE, "span_id": as_hex(span["spanId"])}
    assert (as_hex(span["traceId"]), as_hex(span["parentSpanId"])) == (TRACE, PARENT)
    assert span["status"] == {"code": "STATUS_CODE_ERROR"}
    assert "events" not in span
    request_of_defect = {
        "http.request.method": "POST",
        "http.route": "/defects/<number>",
        "request_id": ids["request_id"],
    }
    assert attributes(span) == {**request_of_defect, "http.response.status_code": "500"}
    logged = [line for line in lines if line.get("request_id") == ids["request_id"]]
    assert [line["event"] for line in logged] == ["log", "request"]
    assert all(ids.items() <= line.items() for line in logged)
    (report,) = reports
    assert report["tags"] == {**ids, "method": "POST", "route": "/defects/<number>"}
    assert [each["type"] for each in report["exception"]["values"]] == ["LookupError", "ValueError"]
    assert [set(each) for each in report["exception"]["values"]] == [{"type", "module", "stacktrace"}] * 2
    assert report["exception"]["values"][1]["stacktrace"]["frames"][-1]["function"] == "defect"
    assert report["environment"] == "staging"
    assert not report.keys() & {"request", "user", "extra", "logentry", "breadcrumbs", "server_name", "modules"}


def check_stream(span: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    """Check that a line that was written while the body was sent belongs to the span."""
    (line,) = [line for line in lines if line.get("message") == "a line of a stream"]
    assert (line["trace_id"], line["span_id"]) == (as_hex(span["traceId"]), as_hex(span["spanId"]))


def as_hex(encoded: str) -> str:
    """Return an id of a span as it is written in a log line."""
    return b64decode(encoded).hex()


@pytest.mark.skipif(os.name == "nt", reason="the server has one worker on Windows")
def test_the_timeout_of_a_stalled_collector_limits_the_delay_of_a_stop(
    environ: dict[str, str], certificate: Path
) -> None:
    """The collector accepts the connection and never responds."""
    folder = Path(environ["APP_SETTINGS"]).parent
    with closing(socket.create_server((HOST, 0))) as stalled:
        environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://{HOST}:{stalled.getsockname()[1]}"
        environ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "1"
        with serving(environ, folder, certificate / "ca.pem", traced_service.__name__) as served:
            assert b" 404 " in served.send("GET /unknown HTTP/1.1", "Host: localhost", "Connection: close")
    lines = [json.loads(line) for line in served.output.read_text().splitlines()]
    exporter = next(line for line in lines if line.get("logger", "").startswith("opentelemetry.exporter"))
    times = [datetime.fromisoformat(line["time"]) for line in (exporter, lines[-1])]
    assert lines[-1]["event"] == "sys_shutdown"
    assert times[1] - times[0] < timedelta(seconds=5)
