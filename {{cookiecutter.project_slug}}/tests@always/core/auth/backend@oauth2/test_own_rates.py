"""A client with its own rate limit is counted by client, not by the user for whom it acts."""

import json
from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

from tests.core.credentials import create_service_client, create_user, post_form

MakeApp = Callable[..., Flask]


@pytest.mark.control("R3")
def test_a_client_with_its_own_rate_is_limited_separately(make_app: MakeApp) -> None:
    app = make_app(limits_caller="2/minute")
    own, common = create_service_client(app, "--rate", "3/minute"), create_service_client(app)

    def statuses(client: dict[str, str], times: int) -> list[int]:
        """Request a new token for each call: it must not reset the limit."""
        tokens = (
            post_form(app, "/oauth2/token", client, {"grant_type": "client_credentials"}).json["access_token"]
            for _ in range(times)
        )
        http = app.test_client()
        return [http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code for token in tokens]

    assert statuses(own, 4) == [200, 200, 200, 429]
    assert statuses(common, 3) == [200, 200, 429]
    listed = {row["source"]: row for row in json.loads(app.test_cli_runner().invoke(args=["limits", "--json"]).stdout)}
    assert listed[f"credential {own['id']}"]["rate"] == "3/minute"
    assert f"credential {common['id']}" not in listed


def test_a_user_is_found_by_name(service: ModuleType, app: Flask) -> None:
    """``flask limits`` accepts a name; the counters use the id."""
    user_id = create_user(app, "ada")
    with app.app_context(), service.core.database.connect() as connection:
        found = [service.core.auth.backend.caller_id(connection, name) for name in ("ada", user_id, "grace")]
    assert found == [user_id, user_id, "grace"]


@pytest.mark.parametrize("rate", ["x", "", "0/minute", "1/second;5/minute", "9/minute,1/second", "10 per 9999999 year"])
def test_an_invalid_rate_is_rejected(app: Flask, rate: str) -> None:
    arguments = ["clients", "create", "--name", "a", "--grants", "client_credentials", "--scopes", "probes:read"]
    rejected = app.test_cli_runner().invoke(args=[*arguments, "--rate", rate])
    assert rejected.exit_code == 2
    assert "Must be a rate such as 600/minute" in rejected.stderr
