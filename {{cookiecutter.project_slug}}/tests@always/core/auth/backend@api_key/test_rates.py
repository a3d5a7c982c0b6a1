"""A key may have a rate of its own, which is counted for it and what comes from it, and not for its owner."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeCaller = Callable[..., FlaskClient]
MakeApp = Callable[..., Flask]


def key(app: Flask, *options: str, scopes: str = "probes:read") -> dict[str, str]:
    command = ["keys", "create", "--name", "k", "--owner", "ada-rates", "--scopes", scopes, "--json", *options]
    made: dict[str, str] = json.loads(app.test_cli_runner().invoke(args=command).stdout)
    return made


def sending(made: dict[str, str]) -> dict[str, str]:
    return {"X-API-Key": made["key"]}


@pytest.mark.control("R3")
def test_a_key_of_a_rate_of_its_own_is_counted_apart(make_app: MakeApp) -> None:
    app = make_app(limits_caller="2/day")
    own, common = key(app, "--rate", "3/day"), key(app)
    client = app.test_client()

    def statuses(made: dict[str, str], times: int) -> list[int]:
        return [client.get("/api/v1/me", headers=sending(made)).status_code for _ in range(times)]

    assert statuses(own, 4) == [200, 200, 200, 429]
    assert statuses(common, 3) == [200, 200, 429]
    listed = {row["from"]: row for row in json.loads(app.test_cli_runner().invoke(args=["limits", "--json"]).stdout)}
    assert listed[f"credential {own['id']}"]["rate"] == "3/day"
    assert f"credential {common['id']}" not in listed


@pytest.mark.control("R3", "Z7")
def test_what_comes_from_a_key_counts_on_its_budget(app: Flask) -> None:
    own, client = key(app, "--rate", "5/day", scopes="probes:read keys:manage"), app.test_client()
    body = {"name": "more", "scopes": ["probes:read", "keys:manage"]}
    child = client.post("/api/v1/keys", json=body, headers=sending(own)).json
    heir = client.post(f"/api/v1/keys/{child['id']}/rotate", headers=sending(child)).json
    assert client.get(f"/api/v1/keys/{heir['id']}", headers=sending(heir)).json["rate"] == "5/day"
    used = [client.get("/api/v1/me", headers=sending(made)).status_code for made in (own, child, heir)]
    assert used == [200, 200, 429]
    runner = app.test_cli_runner()
    listed = [row["from"] for row in json.loads(runner.invoke(args=["limits", "--json"]).stdout)]
    assert listed.count(f"credential {own['id']}") == 1
    assert not {f"credential {child['id']}", f"credential {heir['id']}"} & set(listed)
    shown = runner.invoke(args=["limits", "show", heir["id"], "--json"])
    if shown.exit_code == 0:  # else the counters are in memory
        left = {row["rate"]: row["remaining"] for row in json.loads(shown.stdout) if row["limit"] == "caller"}
        assert left["5/day"] == 0


@pytest.mark.control("R3", "Z7")
def test_a_key_that_counts_elsewhere_is_replaced_by_an_administrator_alone(app: Flask, caller: MakeCaller) -> None:
    own, common = key(app, "--rate", "5/day", scopes="keys:manage"), key(app, scopes="keys:manage")
    client = app.test_client()
    for mine, other in ((own, common), (common, own)):
        assert client.post(f"/api/v1/keys/{other['id']}/rotate", headers=sending(mine)).status_code == 403
    admin = caller("keys:manage admin")
    assert admin.post(f"/api/v1/keys/{own['id']}/rotate").status_code == 201


def test_an_administrator_makes_keys_of_the_common_rate(app: Flask) -> None:
    admin, client = key(app, "--rate", "90/minute", scopes="probes:read keys:manage admin"), app.test_client()
    made = client.post("/api/v1/keys", json={"name": "k", "scopes": ["probes:read"]}, headers=sending(admin))
    assert client.get(made.headers["Location"], headers=sending(admin)).json["rate"] is None


def test_a_rate_is_kept_in_one_form_however_it_is_given(app: Flask) -> None:
    made = key(app, "--rate", f"  7  per {' ' * 60} 2   minutes ")
    shown = app.test_cli_runner().invoke(args=["keys", "show", made["id"]]).stdout
    assert "rate          7/2minute" in shown


@pytest.mark.parametrize("rate", ["x", "", "0/minute", "1/second;5/minute", "9/minute,1/second", "10 per 9999999 year"])
def test_a_wrong_rate_is_refused(app: Flask, rate: str) -> None:
    command = ["keys", "create", "--name", "k", "--scopes", "probes:read"]
    refused = app.test_cli_runner().invoke(args=[*command, "--rate", rate])
    assert refused.exit_code == 2
    assert "Must be a rate such as 600/minute" in refused.stderr
