"""``flask settings`` prints the active values and their sources, and no secret."""

import json
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from tests.core.registry import registered

MakeApp = Callable[..., Flask]


def test_each_setting_has_its_value_and_source(make_app: MakeApp) -> None:
    app = make_app(limits_caller="7 per 2 minutes", cors_origins="")
    printed = app.test_cli_runner().invoke(args=["settings", "--json"]).output
    shown = {row["variable"]: (row["value"], row["source"]) for row in json.loads(printed)}
    assert shown["APP_LIMITS_CALLER"] == ("7/2minute", "the environment")
    assert shown["APP_CORS_ORIGINS"] == ("(none)", "the environment")
    assert shown["APP_SERVER_TLS"] == ("true", "default")
    assert shown["APP_SERVICE_NAME"][1] == "settings.toml"
    assert set(shown) == {f"APP_{name.upper()}" for name in registered(app, "ActiveSettings").fields}


def test_no_secret_is_shown(app: Flask, environ: dict[str, str]) -> None:
    printed = app.test_cli_runner().invoke(args=["settings"]).output
    assert environ["APP_SECRET_KEY"] not in printed
    assert environ["APP_DATABASE_URL"] not in printed
    assert "(secret, 43 characters)" in printed


def test_a_value_of_the_env_file_has_that_file_as_its_source(make_app: MakeApp, environ: dict[str, str]) -> None:
    """Also if a shell or a container engine has copied it into the environment."""
    Path(environ["APP_SETTINGS"]).with_name(".env").write_text("APP_SERVER_PORT=9443\n")
    app = make_app(server_port="9443")
    assert registered(app, "ActiveSettings").raw["server_port"].source == ".env"
