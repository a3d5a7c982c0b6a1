"""Keys with their own rate limit, which is shared by the keys that they create and not by other keys of the owner."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.credentials import client_with

MakeCaller = Callable[..., FlaskClient]
MakeApp = Callable[..., Flask]


def create_key(app: Flask, *options: str, scopes: str = "probes:read") -> dict[str, str]:
    """Create a key of one owner with these options."""
    command = ["keys", "create", "--name", "k", "--owner", "ada-rates", "--scopes", scopes, "--json", *options]
    created: dict[str, str] = json.loads(app.test_cli_runner().invoke(args=command).stdout)
    return created


def headers(created: dict[str, str]) -> dict[str, str]:
    return {"X-API-Key": created["key"]}


@pytest.mark.control("R3")
def test_a_key_with_its_own_rate_is_counted_separately(make_app: MakeApp) -> None:
    app = make_app(limits_caller="2/day")
    own, common = create_key(app, "--rate", "3/day"), create_key(app)
    client = app.test_client()

    def statuses(created: dict[str, str], times: int) -> list[int]:
        return [client.get("/api/v1/me", headers=headers(created)).status_code for _ in range(times)]

    assert statuses(own, 4) == [200, 200, 200, 429]
    assert statuses(common, 3) == [200, 200, 429]
    listed = {row["source"]: row for row in json.loads(app.test_cli_runner().invoke(args=["limits", "--json"]).stdout)}
    assert listed[f"credential {own['id']}"]["rate"] == "3/day"
    assert f"credential {common['id']}" not in listed


@pytest.mark.control("R3", "Z7")
def test_keys_that_a_key_creates_share_its_rate_limit(app: Flask) -> None:
    own, client = create_key(app, "--rate", "5/day", scopes="probes:read keys:manage"), app.test_client()
    body = {"name": "more", "scopes": ["probes:read", "keys:manage"]}
    child = client.post("/api/v1/keys", json=body, headers=headers(own)).json
    replacement = client.post(f"/api/v1/keys/{child['id']}/rotate", headers=headers(child)).json
    assert client.get(f"/api/v1/keys/{replacement['id']}", headers=headers(replacement)).json["rate"] == "5/day"
    used = [client.get("/api/v1/me", headers=headers(created)).status_code for created in (own, child, replacement)]
    assert used == [200, 200, 429]
    runner = app.test_cli_runner()
    listed = [row["source"] for row in json.loads(runner.invoke(args=["limits", "--json"]).stdout)]
    assert listed.count(f"credential {own['id']}") == 1
    assert not {f"credential {child['id']}", f"credential {replacement['id']}"} & set(listed)
    shown = runner.invoke(args=["limits", "show", replacement["id"], "--json"])
    if shown.exit_code == 0:  # without this command, the counters are in memory
        left = {row["rate"]: row["remaining"] for row in json.loads(shown.stdout) if row["limit"] == "caller"}
        assert left["5/day"] == 0


@pytest.mark.control("R3", "Z7")
def test_only_an_administrator_can_rotate_a_key_with_another_rate_limit(app: Flask, caller: MakeCaller) -> None:
    own, common = create_key(app, "--rate", "5/day", scopes="keys:manage"), create_key(app, scopes="keys:manage")
    client = app.test_client()
    for mine, other in ((own, common), (common, own)):
        assert client.post(f"/api/v1/keys/{other['id']}/rotate", headers=headers(mine)).status_code == 403
    admin = caller("keys:manage admin")
    assert admin.post(f"/api/v1/keys/{own['id']}/rotate").status_code == 201


def test_keys_that_an_administrator_creates_have_no_own_rate(app: Flask) -> None:
    admin, client = create_key(app, "--rate", "90/minute", scopes="probes:read keys:manage admin"), app.test_client()
    created = client.post("/api/v1/keys", json={"name": "k", "scopes": ["probes:read"]}, headers=headers(admin))
    assert client.get(created.headers["Location"], headers=headers(admin)).json["rate"] is None


def test_a_rate_is_stored_in_one_notation(app: Flask) -> None:
    created = create_key(app, "--rate", f"  7  per {' ' * 60} 2   minutes ")
    shown = app.test_cli_runner().invoke(args=["keys", "show", created["id"]]).stdout
    assert "rate          7/2minute" in shown


@pytest.mark.parametrize("rate", ["x", "", "0/minute", "1/second;5/minute", "9/minute,1/second", "10 per 9999999 year"])
def test_an_invalid_rate_is_rejected(app: Flask, rate: str) -> None:
    command = ["keys", "create", "--name", "k", "--scopes", "probes:read"]
    rejected = app.test_cli_runner().invoke(args=[*command, "--rate", rate])
    assert rejected.exit_code == 2
    assert "Must be a rate such as 600/minute" in rejected.stderr


def test_a_key_can_have_its_own_rate(app: Flask) -> None:
    args = ["keys", "create", "--name", "slow", "--scopes", "probes:read", "--rate", "2/day", "--json"]
    key = json.loads(app.test_cli_runner().invoke(args=args).stdout)["key"]
    client = client_with(app, key)
    assert [client.get("/api/v1/me").status_code for _ in range(3)] == [200, 200, 429]
