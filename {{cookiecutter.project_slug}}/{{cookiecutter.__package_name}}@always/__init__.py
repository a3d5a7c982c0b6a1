"""The service. ``create_app`` is its table of contents: settings, database, pipeline, parts, and a last check."""

import os
from collections.abc import Mapping

import click
from flask import Flask

from . import about, admin, commands, database, health, items, openapi, pipeline, serve, settings
from .answers import OrjsonProvider
from .auth import identity
from .monitoring import endpoint, journal
from .settings import InForce, Settings, StartRefused, production


def create_app(environ: Mapping[str, str] = os.environ) -> Flask:
    """Return the application that the settings describe.

    Raises ``StartRefused``: a setting is wrong, weak or not fit for production, or an endpoint has no mark.
    """
    in_force = settings.load(Settings, identity.Settings, environ=environ)
    production.check(in_force[Settings])
    app = assemble(in_force)
    _refuse_other_servers(app)
    return app


def assemble(in_force: InForce) -> Flask:
    """Put the service together, also where it must not start: ``flask doctor`` examines it then."""
    journal.start(in_force[Settings].log_level, in_force[Settings].log_format)
    app = Flask(__name__, static_folder=None)
    app.json = OrjsonProvider(app)
    app.url_map.merge_slashes = False  # a doubled slash is another path, not a redirect

    app.extensions["settings"] = in_force

    database.init_app(app)
    pipeline.init_app(app)
    identity.init_app(app)
    health.init_app(app)
    endpoint.init_app(app)
    for blueprint in (about.blueprint, admin.blueprint, items.blueprint, *openapi.blueprints, *identity.blueprints):
        app.register_blueprint(blueprint)
    commands.limits.hide_other()
    for command in (serve.command, openapi.command, *commands.COMMANDS, *identity.commands):
        app.cli.add_command(command)

    # Last, when every endpoint is known.
    pipeline.check(app)
    return app


def _refuse_other_servers(app: Flask) -> None:
    context = click.get_current_context(silent=True)
    if context is not None and context.info_name == "run":
        raise StartRefused("`flask run` speaks plain HTTP in one process: start with `flask serve`.")
    if app.debug and app.extensions["settings"][Settings].production:
        raise StartRefused("Debug mode is on: production does not run in debug mode.")
