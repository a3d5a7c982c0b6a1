"""``flask limits`` lists all rate limits, and shows and resets those of one client."""

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

from click.testing import CliRunner
from flask import Flask
from flask.cli import FlaskGroup
from flask.testing import FlaskClient
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from tests.core.views import limiter, serve

__all__ = ["limiter", "serve"]

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


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


def test_the_limits_of_a_caller_are_shown_and_reset(service: ModuleType, make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(limits_caller="3/minute", limits_address="100/minute")
    client = caller(owner="ada", app=app)
    name = client.get("/api/v1/me").json["id"]
    for _ in range(3):
        client.get("/api/v1/me")
    shown = run(app, "show", name, "--json")
    if not service.core.settings.storage.SHARED:
        assert shown.exit_code == 1
        assert "in the memory of each worker process" in shown.output
        return
    count, *_ = json.loads(shown.stdout)
    assert (count["limit"], count["rate"], count["remaining"]) == ("caller", "3/minute", 0)
    assert run(app, "reset", name).stdout.endswith(f"Reset all rate limits of {name}.\n")
    assert client.get("/api/v1/me").status_code == 200
    assert json.loads(run(app, "show", name, "--json").stdout)[0]["remaining"] == 2


def test_a_client_without_requests_is_reported(service: ModuleType, app: Flask) -> None:
    if service.core.settings.storage.SHARED:
        shown = run(app, "show", "stranger", "--json")
        assert shown.stderr == "No requests of stranger are counted at the moment.\n"
        assert all(row["limit"] for row in json.loads(shown.stdout))
        assert run(app, "reset", "stranger").stdout.endswith("No requests of stranger were counted.\n")


def test_the_limits_of_an_address_are_shown_and_reset(service: ModuleType, make_app: MakeApp) -> None:
    if not service.core.settings.storage.SHARED:
        assert run(make_app(), "reset", "192.0.2.1").exit_code == 1
        return
    app = make_app(limits_address="3/minute", limits_unknown_paths="9/minute")
    client = app.test_client()
    for address in ("192.0.2.7", "2001:db8:0:7::9"):
        for _ in range(2):
            client.get("/nowhere", environ_overrides={"REMOTE_ADDR": address})
    for address in ("192.0.2.7", "2001:db8:0:7::1"):
        left = {row["limit"]: row["remaining"] for row in json.loads(run(app, "show", address, "--json").stdout)}
        assert (left["address"], left["unknown-paths"]) == (1, 7)
        assert run(app, "reset", address).exit_code == 0
        left = {row["limit"]: row["remaining"] for row in json.loads(run(app, "show", address, "--json").stdout)}
        assert (left["address"], left["unknown-paths"]) == (3, 9)


def test_the_limits_of_views_are_listed_shown_and_reset(service: ModuleType, limiter: Limiter, serve: Any) -> None:
    @limiter.limit("5/minute")
    @limiter.limit("9/hour", key_func=get_remote_address)
    @limiter.limit("7/day", key_func=lambda: "everyone")
    def tea() -> str:
        return ""

    client = serve(tea)
    app = client.application
    listed = {
        row["limit"]: row["counts"] for row in json.loads(run(app, "--json").stdout) if "views.tea" in row["source"]
    }
    assert listed == {
        "views.tea:60s": "requests of one caller, else address",
        "views.tea:3600s": "requests of one address",
        "views.tea:86400s": "requests with one result of its key_func",
    }
    if not service.core.settings.storage.SHARED:
        return
    assert client.get("/tea", environ_overrides={"REMOTE_ADDR": "192.0.2.8"}).status_code == 200

    def left() -> list[tuple[str, int]]:
        rows = json.loads(run(app, "show", "192.0.2.8", "--json").stdout)
        return sorted((row["limit"], row["remaining"]) for row in rows if row["limit"].startswith("views"))

    assert left() == [("views.tea:3600s", 8), ("views.tea:60s", 4)]
    run(app, "reset", "192.0.2.8")
    assert left() == [("views.tea:3600s", 9), ("views.tea:60s", 5)]


def test_flask_help_lists_only_our_command(service: ModuleType, app: Flask) -> None:
    """Flask-Limiter's own command would report a limiter that is not used."""
    group = FlaskGroup(create_app=lambda: app, load_dotenv=False)
    with group.make_context("flask", ["limits"]) as context:
        assert {"limits", "limiter"} <= set(group.list_commands(context))
    listed = CliRunner().invoke(group, ["--help"]).output.splitlines()
    assert {"limits", "limiter"} & {line.split()[0] for line in listed if line.strip()} == {"limits"}
