"""What ends while it is used: clients, people and families that go between two steps of a request for tokens."""

import json
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from tests.core.concurrency import Meanwhile, meanwhile
from tests.core.credentials import a_code, command, make_client, make_service_client, post, redeem, refresh, tokens_for

__all__ = ["meanwhile"]


def events(written: str) -> set[str]:
    return {json.loads(line)["event"] for line in written.splitlines() if line.startswith("{")}


@pytest.fixture
def signing_keys(service: ModuleType) -> Any:
    """What is asked between the look at a code or refresh token and its claim."""
    return service.core.auth.backend.server.signing_keys


@pytest.mark.parametrize("who", ["client", "person"])
@pytest.mark.control("O5")
def test_a_refresh_token_whose_owner_is_deleted_meanwhile_is_no_replay(
    app: Flask, meanwhile: Meanwhile, signing_keys: Any, capsys: pytest.CaptureFixture[str], who: str
) -> None:
    client = make_client(app)
    token = tokens_for(app, client, "fleeting")["refresh_token"]
    words = ("clients", "delete", client["id"]) if who == "client" else ("users", "delete", "fleeting")
    meanwhile(signing_keys, "get_signing_key", lambda: command(app, *words, "--yes"))
    capsys.readouterr()
    refused = refresh(app, client, token)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
    assert "authn_token_reuse" not in events(capsys.readouterr().out)


@pytest.mark.control("O3")
def test_a_code_whose_client_is_deleted_meanwhile_gives_nothing(
    app: Flask, meanwhile: Meanwhile, signing_keys: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    client = make_client(app)
    code, verifier = a_code(app, client)
    meanwhile(signing_keys, "get_signing_key", lambda: command(app, "clients", "delete", client["id"], "--yes"))
    capsys.readouterr()
    refused = redeem(app, client, code, verifier)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
    assert "authn_token_reuse" not in events(capsys.readouterr().out)


@pytest.mark.control("O9")
def test_a_client_that_is_deleted_meanwhile_gets_no_token_for_itself(
    app: Flask, meanwhile: Meanwhile, signing_keys: Any
) -> None:
    robot = make_service_client(app)
    meanwhile(signing_keys, "get_signing_key", lambda: command(app, "clients", "delete", robot["id"], "--yes"))
    refused = post(app, "/oauth2/token", robot, {"grant_type": "client_credentials"})
    assert (refused.status_code, refused.json["error"]) == (401, "invalid_client")
