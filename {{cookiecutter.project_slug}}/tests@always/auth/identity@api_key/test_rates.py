"""A key may have a rate of its own, which is counted for the key and not for its owner."""

import json
from collections.abc import Callable

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]


def key(app: Flask, *options: str) -> dict[str, str]:
    command = ["keys", "create", "--name", "k", "--owner", "ada-rates", "--scopes", "items:read", "--json", *options]
    made: dict[str, str] = json.loads(app.test_cli_runner().invoke(args=command).stdout)
    return made


@pytest.mark.control("R3")
def test_a_key_of_a_rate_of_its_own_is_counted_apart(make_app: MakeApp) -> None:
    app = make_app(limits_caller="2/minute")
    own, common = key(app, "--rate", "3/minute"), key(app)
    client = app.test_client()

    def statuses(made: dict[str, str], times: int) -> list[int]:
        return [client.get("/api/v1/me", headers={"X-API-Key": made["key"]}).status_code for _ in range(times)]

    assert statuses(own, 4) == [200, 200, 200, 429]
    assert statuses(common, 3) == [200, 200, 429]
    listed = {row["from"]: row for row in json.loads(app.test_cli_runner().invoke(args=["limits", "--json"]).stdout)}
    assert listed[f"credential {own['id']}"]["rate"] == "3/minute"
    assert f"credential {common['id']}" not in listed


@pytest.mark.parametrize("rate", ["x", "", "0/minute", "1/second;5/minute", "10 per 9999999 year"])
def test_a_wrong_rate_is_refused(app: Flask, rate: str) -> None:
    command = ["keys", "create", "--name", "k", "--scopes", "items:read"]
    refused = app.test_cli_runner().invoke(args=[*command, "--rate", rate])
    assert refused.exit_code == 2
    assert "it must be a rate such as 600/minute" in refused.stderr
