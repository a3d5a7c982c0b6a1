"""Assemble an application: settings, database, pipeline, endpoints, and a final check."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import click
from flask import Blueprint, Flask

from . import commands, database, docs_page, observability, openapi, pipeline, server, services, settings
from .anomalies.catalogue import ANOMALIES, Anomalies
from .auth import backend, guards
from .endpoints import about, admin, health, metrics
from .json_provider import OrjsonProvider
from .observability import log
from .problems import ProblemType
from .settings import ActiveSettings, ConfigurationError, Settings, production

_examined: ContextVar[bool] = ContextVar("examined", default=False)


def create_app(
    import_name: str,
    *,
    environ: Mapping[str, str] = os.environ,
    blueprints: Sequence[Blueprint] = (),
    problem_types: Mapping[str, ProblemType] | None = None,
) -> Flask:
    """Return the application of the package ``import_name``, configured by ``settings.toml``, ``.env`` and ``environ``.

    Raises ``ConfigurationError`` if a setting is invalid, weak or not fit for production, or if an endpoint has no
    access rule.
    """
    active_settings = settings.load(Settings, backend.Settings, environ=environ)
    examined = _examined.get()
    if not examined:
        production.check(active_settings[Settings])
    log.start(active_settings[Settings].log_level, active_settings[Settings].log_format)
    app = Flask(import_name, static_folder=None)
    app.json = OrjsonProvider(app)
    app.url_map.merge_slashes = False  # a doubled slash is another path, not a redirect
    services.register(app, active_settings)
    services.register(app, guards.Guards())
    services.register(app, Anomalies({**ANOMALIES, **backend.anomalies}))

    observability.init_app(app, backend.security_events)
    database.init_app(app)
    pipeline.init_app(app, problem_types or {})
    backend.init_app(app)
    health.init_app(app)
    metrics.init_app(app)
    for blueprint in (
        about.blueprint,
        admin.blueprint,
        *blueprints,
        openapi.blueprint,
        docs_page.blueprint,
        *backend.blueprints,
    ):
        app.register_blueprint(blueprint)
    for command in (server.command, openapi.command, *commands.COMMANDS, *backend.commands):
        app.cli.add_command(command)

    # Last, when every endpoint is known.
    pipeline.check(app)
    if not examined:
        _refuse_other_servers(app, active_settings)
    return app


@contextmanager
def examination() -> Iterator[None]:
    """Within the block, ``create_app`` also returns an application that must not start, for ``flask doctor``."""
    token = _examined.set(True)
    try:
        yield
    finally:
        _examined.reset(token)


def _refuse_other_servers(app: Flask, active_settings: ActiveSettings) -> None:
    context = click.get_current_context(silent=True)
    if context is not None and context.info_name == "run":
        raise ConfigurationError("`flask run` speaks plain HTTP in one process: start with `flask serve`.")
    if app.debug and active_settings[Settings].production:
        raise ConfigurationError("Debug mode is on: production does not run in debug mode.")
