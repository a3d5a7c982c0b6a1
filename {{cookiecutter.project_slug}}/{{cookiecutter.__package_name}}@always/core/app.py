"""Assemble an application: settings, services, pipeline, endpoints, commands, and a final check."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from inspect import CO_COROUTINE
from pathlib import Path
from typing import Any

import click
import orjson
from flask import Blueprint, Flask, Request
from flask.cli import run_command
from flask.json.provider import DefaultJSONProvider, JSONProvider
from werkzeug.routing import MapAdapter
from werkzeug.wsgi import get_host

from . import checks as core_checks
from . import commands as core_commands
from . import database, endpoints, features, observability, openapi, pipeline, server, services
from . import settings as core_settings
from .anomalies import CATALOGUE, Anomalies, Anomaly
from .auth import backend
from .auth import guards as auth_guards
from .auth import scopes as auth_scopes
from .auth.user_deletion import OnUserDeleted, UserDeletedCallbacks
from .diagnostics import Check, Checks
from .observability import log
from .observability.events import SecurityEvent
from .observability.metrics import OwnMetrics
from .problems import ProblemType
from .settings import ConfigurationError, Settings

OPTIONAL = features.load(
    str(__package__),
    "docs_page",
)


class OrjsonProvider(JSONProvider):
    """Serializes with orjson, several times as fast as the standard library."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """Return ``obj`` as JSON."""
        return orjson.dumps(obj, default=DefaultJSONProvider.default).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Return the value of a JSON document."""
        return json.loads(s)


class Service(Flask):
    """The application. Two methods of Flask take 9 % of the time of a request, so these replace them."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that can be called without ``await``; Flask would inspect it more thoroughly."""
        code = getattr(func, "__code__", None)
        return super().ensure_sync(func) if code is None or code.co_flags & CO_COROUTINE else func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return an adapter from the attributes of the request; Flask would parse the environment again."""
        if request is None or self.config["SERVER_NAME"] or self.config["TRUSTED_HOSTS"]:
            return super().create_url_adapter(request)
        host = get_host(request.environ)
        query = request.query_string.decode(errors="replace")
        where = (host.lower(), request.root_path, "", request.scheme, request.path)
        return MapAdapter(self.url_map, *where, request.method, query)


def create_app(
    import_name: str,
    *,
    environ: Mapping[str, str] = os.environ,
    scopes: Mapping[str, str] | None = None,
    sign_up_scopes: Sequence[str] = (),
    settings: Sequence[type] = (),
    guards: Mapping[str, auth_guards.Guard] | None = None,
    blueprints: Sequence[Blueprint] = (),
    problem_types: Mapping[str, ProblemType] | None = None,
    commands: Sequence[click.Command] = (),
    security_events: Sequence[SecurityEvent] = (),
    metrics: Sequence[OwnMetrics] = (),
    anomalies: Mapping[str, Anomaly] | None = None,
    checks: Sequence[Check] = (),
    counts: endpoints.Counts | None = None,
    on_user_deleted: Sequence[OnUserDeleted] = (),
    migrations: Path | None = None,
) -> Flask:
    """Return the application of the package ``import_name``, configured by ``settings.toml``, ``.env`` and ``environ``.

    The other arguments are the service's own parts: ``scopes`` with the sentence that users see; the scopes that a
    sign-up grants; dataclasses of ``settings``; ``guards`` by name; ``blueprints``, ``problem_types`` and ``commands``;
    ``security_events``, ``metrics`` and ``anomalies``; ``checks`` for ``flask doctor``; ``counts`` for
    ``/api/v1/admin/stats``; ``on_user_deleted``, functions of a connection and the id of a deleted user or
    client, which delete or keep its data, called in order; the folder of ``migrations``, by default the package's.

    Raises ``ConfigurationError`` for a setting that is invalid or unsafe in production, or a missing access rule.
    """
    active_settings = core_settings.load(Settings, *backend.SETTINGS, *settings, environ=environ)
    log.start(active_settings[Settings].log_level, active_settings[Settings].log_format)
    app = Service(import_name, static_folder=None)
    app.json = OrjsonProvider(app)
    app.url_map.merge_slashes = False  # a doubled slash is another path, not a redirect
    services.register(app, active_settings)
    services.register(app, auth_guards.Guards(guards or {}))
    services.register(app, Anomalies({**CATALOGUE, **backend.ANOMALIES, **(anomalies or {})}))
    services.register(app, Checks((*core_checks.CHECKS, *checks)))
    services.register(app, UserDeletedCallbacks(on_user_deleted))
    auth_scopes.init_app(app, core=backend.SCOPES, service=scopes or {}, sign_up=sign_up_scopes)

    # Each of these needs the ones above it.
    observability.init_app(app, (*backend.SECURITY_EVENTS, *security_events), metrics)
    database.init_app(app, migrations or Path(app.root_path) / "migrations")
    pipeline.init_app(app, problem_types or {})
    backend.init_app(app)
    endpoints.init_app(app, counts or {})
    for blueprint in (*blueprints, openapi.blueprint, *OPTIONAL.blueprints, *backend.BLUEPRINTS):
        app.register_blueprint(blueprint)
    for command in (server.command, openapi.command, *core_commands.COMMANDS, *backend.COMMANDS, *commands):
        app.cli.add_command(command)

    # Last, when every endpoint is known.
    pipeline.check(app)
    core_checks.refuse_unsafe(app)
    context = click.get_current_context(silent=True)
    if context is not None and context.command is run_command:
        raise ConfigurationError("`flask run` serves plain HTTP from one process. Start with `flask serve`.")
    return app
