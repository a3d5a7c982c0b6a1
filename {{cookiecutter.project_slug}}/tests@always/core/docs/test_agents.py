"""Each mistake that ``AGENTS.md`` lists prevents startup, with the message that it states."""

import re
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint
from flask.views import MethodView

from tests.core import probes, service
from tests.core.package import OWN_SETTINGS, ROOT, core

MESSAGES = re.findall(r"^\| .+ \| `([^`]+)` \|$", (ROOT / "AGENTS.md").read_text("utf-8"), re.MULTILINE)
Environ = dict[str, str]


def start(environ: Environ, *decorators: Callable[[Any], Any], method: str = "GET") -> None:
    """Create the application with a view that has these decorators."""
    blueprint = Blueprint("views", __name__)

    def view() -> str:
        return ""

    for decorate in decorators:
        view = decorate(view)
    blueprint.add_url_rule("/view", view_func=view, methods=[method])
    service.create_app(environ, blueprints=[blueprint])


def start_with(environ: Environ, **arguments: Any) -> None:
    parts = {"scopes": probes.SCOPES, "settings": OWN_SETTINGS, **arguments}
    core.create_app("tests.core.service", environ=environ, **parts)


def start_with_settings(environ: Environ, text: str) -> None:
    path = Path(environ["APP_SETTINGS"])
    path.write_text(f"{path.read_text('utf-8')}\n{text}\n", "utf-8")
    start(environ, core.public)


def start_with_telemetry(environ: Environ, dsn: str, version: Callable[[str], str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SENTRY_DSN", dsn)
        patch.setattr(core.telemetry, "version", version)
        start(environ, core.public)


def blueprint_of_a_class() -> Blueprint:
    class View(MethodView):
        decorators = (core.public,)

        @core.authenticated
        def get(self) -> str:
            raise AssertionError

    blueprint = Blueprint("classes", __name__)
    blueprint.add_url_rule("/class", view_func=View.as_view("view"))
    return blueprint


def missing_library(name: str) -> str:
    raise PackageNotFoundError(name)


MISTAKES: dict[str, Callable[[Environ], None]] = {
    "has no access rule": start,
    "has two access rules": lambda environ: start(environ, core.public, core.authenticated),
    "is a method: declare it": lambda environ: start_with(environ, blueprints=[blueprint_of_a_class()]),
    "requires the unknown scope": lambda environ: start(environ, core.requires("teapots:read")),
    "which is not registered": lambda environ: start(environ, core.guarded_by("teapot")),
    "declares the unknown problem type": lambda environ: start(environ, core.public, core.errors("teapot")),
    "is one of core's own": lambda environ: start_with(environ, scopes={**probes.SCOPES, "admin": "Administer."}),
    "Unknown sign-up scope": lambda environ: start_with(environ, sign_up_scopes=("teapots:read",)),
    "which the service rejects": lambda environ: start(environ, core.public, method="TRACE"),
    "invalid rate limit": lambda environ: start(environ, core.public, core.limiter.limit("five")),
    "a second time": lambda environ: start_with(environ, settings=[*OWN_SETTINGS, core.settings.core.Settings]),
    "Unknown setting": lambda environ: start_with_settings(environ, "[teapots]\nmost = 5"),
    "Invalid value": lambda environ: start({**environ, "APP_LIMITS_CALLER": "five"}, core.public),
    "has the secret": lambda environ: start_with_settings(environ, '[metrics]\ntoken = "0123456789"'),
    "is missing": lambda environ: start(
        {name: environ[name] for name in environ if name != "APP_SECRET_KEY"}, core.public
    ),
    "Debug mode is on": lambda environ: start({**environ, "APP_SERVER_DEBUG": "true"}, core.public),
    "does not allow plain http in a private network": lambda environ: start(
        {**environ, "APP_CORS_ORIGINS": "http://10.0.0.1"}, core.public
    ),
    "is not installed": lambda environ: start_with_telemetry(environ, "https://key@sentry.example/1", missing_library),
    "is not a valid URL": lambda environ: start_with_telemetry(environ, "teapot", str),
    "each count in their own memory": lambda environ: start({**environ, "APP_SERVER_WORKERS": "2"}, core.public),
}


@pytest.mark.parametrize("message", MESSAGES)
def test_the_mistake_prevents_startup(environ: Environ, monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    monkeypatch.setattr(core.limiter.limit_manager, "_decorated_limits", {})
    mistake = MISTAKES.get(message, lambda environ: start(environ, core.public))
    setting = re.fullmatch(r"(APP_\w+) is (\w+)", message)
    with pytest.raises(core.ConfigurationError, match=re.escape(message)):
        mistake({**environ, setting[1]: setting[2]} if setting else environ)


def test_the_document_lists_the_mistakes() -> None:
    assert set(MESSAGES) >= set(MISTAKES) - {"each count in their own memory"}
    assert "APP_SERVER_TLS is false" in MESSAGES
