"""Traces: one span for each request, sent to a collector over OTLP/HTTP by a background thread."""

from collections.abc import Iterable, Iterator
from multiprocessing.util import Finalize
from typing import Any

from flask import Flask
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from werkzeug.wsgi import ClosingIterator

from ..anomalies import MONITORING_ROUTES
from ..observability import log
from ..pipeline.request_id import traceparent
from ..request.state import KEY


def start(app: Flask) -> None:
    """Trace the requests of ``app``, except health checks, and add the ids of the current span to each log line."""
    resource = Resource.create({"service.name": app.name}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    Finalize(None, provider.shutdown, exitpriority=10)  # a forked worker does not run the functions of atexit
    log.trace_ids = _ids
    inner, tracer = app.wsgi_app, provider.get_tracer(app.name)

    def traced(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in MONITORING_ROUTES:
            return inner(environ, start_response)
        # Only traceparent is continued: a client can write anything into tracestate and baggage.
        parent = TraceContextTextMapPropagator().extract({"traceparent": traceparent(environ) or ""}, Context())
        span = tracer.start_span("request", parent, SpanKind.SERVER)

        def started(line: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            state, method = environ.get(KEY), environ["REQUEST_METHOD"]
            span.set_attribute("http.request.method", method)
            span.set_attribute("http.response.status_code", int(line[:3]))
            span.set_attribute("request_id", environ["service.request_id"])
            if state and state.endpoint:
                span.set_attribute("http.route", state.endpoint.route)
                span.update_name(f"{method} {state.endpoint.route}")
            if line.startswith("5"):
                span.set_status(StatusCode.ERROR)
            return start_response(line, headers, *failure)

        with use_span(span):
            content = inner(environ, started)
        return ClosingIterator(_sent(content, span), [getattr(content, "close", lambda: None), span.end])

    app.wsgi_app = traced  # type: ignore[method-assign]


def _sent(content: Iterable[bytes], span: Span) -> Iterator[bytes]:
    with use_span(span, record_exception=False, set_status_on_exception=False):
        yield from content


def _ids() -> dict[str, str]:
    context = trace.get_current_span().get_span_context()
    ids = {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
    return ids if context.is_valid else {}
