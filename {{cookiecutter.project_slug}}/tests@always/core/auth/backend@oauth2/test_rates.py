"""An application may have a rate of its own, which is counted for it and not for those that it acts for."""

import json
from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

from tests.core.credentials import make_service_client, make_user, post

MakeApp = Callable[..., Flask]


@pytest.mark.control("R3")
def test_an_application_with_a_rate_of_its_own_is_counted_apart(make_app: MakeApp) -> None:
    app = make_app(limits_caller="2/minute")
    own, common = make_service_client(app, "--rate", "3/minute"), make_service_client(app)

    def statuses(client: dict[str, str], times: int) -> list[int]:
        """Take a token for each call: another one is no way to another budget."""
        tokens = (
            post(app, "/oauth2/token", client, {"grant_type": "client_credentials"}).json["access_token"]
            for _ in range(times)
        )
        http = app.test_client()
        return [http.get("/api/v1/me", headers={"Authorization": f"Bearer {one}"}).status_code for one in tokens]

    assert statuses(own, 4) == [200, 200, 200, 429]
    assert statuses(common, 3) == [200, 200, 429]
    listed = {row["from"]: row for row in json.loads(app.test_cli_runner().invoke(args=["limits", "--json"]).stdout)}
    assert listed[f"credential {own['id']}"]["rate"] == "3/minute"
    assert f"credential {common['id']}" not in listed


def test_a_person_is_known_by_name_too(service: ModuleType, app: Flask) -> None:
    """The commands for limits take a name, while the counters know the id."""
    ada = make_user(app, "ada")
    with app.app_context(), service.core.database.connect() as connection:
        known = [service.core.auth.backend.caller_id(connection, one) for one in ("ada", ada, "grace")]
    assert known == [ada, ada, "grace"]


@pytest.mark.parametrize("rate", ["x", "", "0/minute", "1/second;5/minute", "9/minute,1/second", "10 per 9999999 year"])
def test_a_wrong_rate_is_refused(app: Flask, rate: str) -> None:
    command = ["clients", "create", "--name", "a", "--grants", "client_credentials", "--scopes", "probes:read"]
    refused = app.test_cli_runner().invoke(args=[*command, "--rate", rate])
    assert refused.exit_code == 2
    assert "it must be a rate such as 600/minute" in refused.stderr
