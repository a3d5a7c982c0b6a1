"""``flask limits`` lists all rate limits."""

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

from click.testing import CliRunner
from flask import Flask
from flask.cli import FlaskGroup
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from tests.core.views import limiter, serve

__all__ = ["limiter", "serve"]

MakeApp = Callable[..., Flask]


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["limits", *arguments])


def test_limits_are_listed_with_their_source(make_app: MakeApp) -> None:
    app = make_app(limits_caller="7/2 minutes")
    rows = json.loads(run(app, "--json").stdout)
    listed = {row["limit"]: row for row in rows if not row["source"].startswith("credential")}
    assert listed["caller"]["rate"] == "7/2minute"
    assert listed["caller"]["source"] == "the environment: APP_LIMITS_CALLER"
    assert listed["caller"]["counts"] == "requests of one authenticated caller"
    assert listed["unknown-paths"]["source"] == "settings.toml: [limits] unknown_paths"
    assert {"address", "failed-authentications"} <= set(listed)
    assert run(app).output.splitlines()[0].split() == ["LIMIT", "RATE", "COUNTS", "SOURCE"]


def test_the_limits_of_views_are_listed(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("5/minute")
    @limiter.limit("9/hour", key_func=get_remote_address)
    @limiter.limit("7/day", key_func=lambda: "everyone")
    def tea() -> str:
        return ""

    app = serve(tea).application
    listed = {
        row["limit"]: row["counts"] for row in json.loads(run(app, "--json").stdout) if "views.tea" in row["source"]
    }
    assert listed == {
        "views.tea:60s": "requests of one caller, else address",
        "views.tea:3600s": "requests of one address",
        "views.tea:86400s": "requests with one result of its key_func",
    }


def test_flask_help_lists_only_our_command(service: ModuleType, app: Flask) -> None:
    """Flask-Limiter's own command would report a limiter that is not used."""
    group = FlaskGroup(create_app=lambda: app, load_dotenv=False)
    with group.make_context("flask", ["limits"]) as context:
        assert {"limits", "limiter"} <= set(group.list_commands(context))
    listed = CliRunner().invoke(group, ["--help"]).output.splitlines()
    assert {"limits", "limiter"} & {line.split()[0] for line in listed if line.strip()} == {"limits"}
