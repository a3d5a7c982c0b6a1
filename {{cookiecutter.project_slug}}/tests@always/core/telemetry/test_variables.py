"""Traces and error reports: without their variables nothing is imported; an invalid variable prevents the start."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError

import pytest

from tests.core.interpreter import printed
from tests.core.package import core
from tests.core.telemetry.traced_service import create_app


def start(environ: Mapping[str, str]) -> None:
    """Call ``create_app`` as a command does."""
    core.services.get(create_app(environ), core.database.Database).close()


def test_without_a_variable_no_library_is_imported(environ: dict[str, str]) -> None:
    # The client of a storage may import other parts of these libraries.
    libraries = (
        "opentelemetry.exporter",
        "opentelemetry.sdk.trace",
        "sentry_sdk",
        "google",
        f"{core.telemetry.__name__}.",
    )
    code = f"import sys, wsgi; wsgi.app; print([name for name in sys.modules if name.startswith({libraries})])"
    assert printed(code, environ) == "[]"


@pytest.mark.parametrize(
    ("variable", "value", "command"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318", "uv sync --extra opentelemetry"),
        ("SENTRY_DSN", "https://public@sentry.example/1", "uv sync --extra sentry"),
    ],
)
def test_a_variable_without_its_library_prevents_the_start(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, variable: str, value: str, command: str
) -> None:
    monkeypatch.setenv(variable, value)
    start(environ)

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(core.telemetry, "version", missing)
    with pytest.raises(
        core.ConfigurationError, match=rf"^{variable} is set, but [\w-]+ is not installed. .*`{command}`"
    ):
        start(environ)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://[::1"),
        ("SENTRY_DSN", "https://sentry.example/1"),
        ("SENTRY_DSN", "x"),
    ],
)
def test_an_invalid_variable_prevents_the_start(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(core.ConfigurationError, match=f"^{variable} is not a valid URL"):
        start(environ)


def test_an_empty_variable_is_ignored(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTRY_DSN", "")
    start(environ)
