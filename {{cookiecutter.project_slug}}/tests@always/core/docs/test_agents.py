"""Each mistake that ``AGENTS.md`` lists prevents startup, with the message that it states."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint

from tests.core import probes, service
from tests.core.package import ROOT, core

MESSAGES = re.findall(r"^\| .+ \| `([^`]+)` \|$", (ROOT / "AGENTS.md").read_text("utf-8"), re.MULTILINE)
Environ = dict[str, str]


def start(environ: Environ, *decorators: Callable[[Any], Any], rate: str = "") -> None:
    """Create the application with a view that has these decorators."""
    blueprint = Blueprint("views", __name__)

    def view() -> str:
        return ""

    for decorate in decorators:
        view = decorate(view)
    blueprint.add_url_rule("/view", view_func=view)
    if rate:
        core.limiter.limit(rate)(blueprint)
    service.create_app(environ, blueprints=[blueprint])


def start_with_a_scope_of_core(environ: Environ) -> None:
    core.create_app("tests.core.service", environ=environ, scopes={**probes.SCOPES, "admin": "Administer it."})


def start_with_settings(environ: Environ, text: str) -> None:
    path = Path(environ["APP_SETTINGS"])
    path.write_text(f"{path.read_text('utf-8')}\n{text}\n", "utf-8")
    start(environ, core.public)


MISTAKES: dict[str, Callable[[Environ], None]] = {
    "has no access rule": start,
    "requires the unknown scope": lambda environ: start(environ, core.requires("teapots:read")),
    "no guard of that name is registered": lambda environ: start(environ, core.guarded_by("teapot")),
    "declares the unknown problem type": lambda environ: start(environ, core.public, core.errors("teapot")),
    "is one of core's own": start_with_a_scope_of_core,
    "has a rate limit, which has no effect": lambda environ: start(environ, core.public, rate="5/minute"),
    "Unknown setting": lambda environ: start_with_settings(environ, "[teapots]\nmost = 5"),
    "Invalid value": lambda environ: start({**environ, "APP_LIMITS_CALLER": "five"}, core.public),
    "contains the secret": lambda environ: start_with_settings(environ, '[metrics]\ntoken = "0123456789"'),
    "is missing": lambda environ: start(
        {name: environ[name] for name in environ if name != "APP_SECRET_KEY"}, core.public
    ),
    "Debug mode is on": lambda environ: start({**environ, "APP_SERVER_DEBUG": "true"}, core.public),
    "APP_SERVER_TLS is false": lambda environ: start({**environ, "APP_SERVER_TLS": "false"}, core.public),
    "each count in their own memory": lambda environ: start({**environ, "APP_SERVER_WORKERS": "2"}, core.public),
}


@pytest.mark.parametrize("message", MESSAGES)
def test_the_mistake_prevents_startup(environ: Environ, monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    monkeypatch.setattr(core.limiter.limit_manager, "_blueprint_limits", {})
    with pytest.raises(core.ConfigurationError, match=re.escape(message)):
        MISTAKES[message](environ)


def test_the_document_lists_the_mistakes() -> None:
    assert set(MESSAGES) >= set(MISTAKES) - {"each count in their own memory"}
