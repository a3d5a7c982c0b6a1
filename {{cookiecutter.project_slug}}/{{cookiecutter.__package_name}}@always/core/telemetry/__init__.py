"""Traces for OpenTelemetry and error reports for Sentry, each off until its variable is set.

The libraries are optional, and read the standard variables ``OTEL_...`` and ``SENTRY_...`` of the environment. Spans
and reports contain only what these modules name: headers, queries, bodies and messages may contain a credential.
"""

import os
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from flask import Flask

from ..diagnostics import Finding

# For each extra of pyproject.toml: the variable that enables it, the package that it installs, and the module.
EXTRAS = {
    "opentelemetry": ("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry-exporter-otlp-proto-http", ".traces"),
    "sentry": ("SENTRY_DSN", "sentry-sdk", ".error_reports"),
}


def start(app: Flask) -> Flask:
    """Start what the variables enable and return ``app``. Call this in the process that serves it, after a fork."""
    for variable, _, module in EXTRAS.values():
        if os.environ.get(variable):
            import_module(module, __package__).start(app)
    return app


def findings(_app: Flask) -> Iterator[Finding]:
    """Report a variable whose library is not installed, or whose value is not valid."""
    for extra, (variable, package, _) in EXTRAS.items():
        if not (value := os.environ.get(variable)):
            continue
        try:
            version(package)
        except PackageNotFoundError:
            yield Finding(f"{variable} is set, but {package} is not installed", f"run `uv sync --extra {extra}`")
        try:
            url = urlsplit(value)
            is_valid = url.scheme in ("http", "https") and url.hostname and (url.username or extra != "sentry")
        except ValueError:  # a malformed IPv6 address
            is_valid = False
        if not is_valid:
            yield Finding(f"{variable} is not a valid URL", "docs/monitoring.md shows an example")
