"""``flask limits show`` and ``flask limits reset``: the rate limits of one client."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from tests.core.views import limiter, serve

__all__ = ["limiter", "serve"]

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["limits", *arguments])


def test_the_limits_of_a_caller_are_shown_and_reset(make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(limits_caller="3/minute", limits_address="100/minute")
    client = caller(owner="ada", app=app)
    name = client.get("/api/v1/me").json["id"]
    for _ in range(3):
        client.get("/api/v1/me")
    shown = run(app, "show", name, "--json")
    count, *_ = json.loads(shown.stdout)
    assert (count["limit"], count["rate"], count["remaining"]) == ("caller", "3/minute", 0)
    assert run(app, "reset", name).stdout.endswith(f"Reset all rate limits of {name}.\n")
    assert client.get("/api/v1/me").status_code == 200
    assert json.loads(run(app, "show", name, "--json").stdout)[0]["remaining"] == 2


def test_a_client_without_requests_is_reported(app: Flask) -> None:
    shown = run(app, "show", "stranger", "--json")
    assert shown.stderr == "No requests of stranger are counted at the moment.\n"
    assert all(row["limit"] for row in json.loads(shown.stdout))
    assert run(app, "reset", "stranger").stdout.endswith("No requests of stranger were counted.\n")


@pytest.mark.parametrize("command", ["show", "reset"])
def test_a_client_that_is_not_utf_8_is_rejected(app: Flask, command: str) -> None:
    result = app.test_cli_runner().invoke(args=["limits", command, "\udcff"])
    assert result.exit_code == 2
    assert "UTF-8" in result.stderr


def test_the_limits_of_an_address_are_shown_and_reset(make_app: MakeApp) -> None:
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


def test_the_limits_of_views_are_shown_and_reset(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("5/minute")
    @limiter.limit("9/hour", key_func=get_remote_address)
    @limiter.limit("7/day", key_func=lambda: "everyone")
    def tea() -> str:
        return ""

    client = serve(tea)
    app = client.application
    assert client.get("/tea", environ_overrides={"REMOTE_ADDR": "192.0.2.8"}).status_code == 200

    def left() -> list[tuple[str, int]]:
        rows = json.loads(run(app, "show", "192.0.2.8", "--json").stdout)
        return sorted((row["limit"], row["remaining"]) for row in rows if row["limit"].startswith("views"))

    assert left() == [("views.tea:3600s", 8), ("views.tea:60s", 4)]
    run(app, "reset", "192.0.2.8")
    assert left() == [("views.tea:3600s", 9), ("views.tea:60s", 5)]


@pytest.mark.parametrize("policy", ["fallback", "reject"])
def test_limits_are_not_shown_while_the_storage_is_unavailable(
    make_app: MakeApp, limiter_uri: str, policy: str
) -> None:
    app = make_app(limiter_uri=re.sub(r":[0-9]+", ":1", limiter_uri), limits_on_storage_error=policy)
    shown = run(app, "show", "192.0.2.9")
    assert shown.exit_code == 1
    assert "The limiter storage is unavailable." in shown.stderr
