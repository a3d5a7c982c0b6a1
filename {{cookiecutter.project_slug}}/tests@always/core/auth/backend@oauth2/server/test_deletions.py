"""A client or a user is deleted between two steps of a token request."""

import json
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from tests.core.authorization_code import get_code, redeem, tokens_for
from tests.core.concurrency import Interleave, interleave
from tests.core.credentials import command, create_client, create_service_client, post_form, refresh

__all__ = ["interleave"]


def events(output: str) -> set[str]:
    return {json.loads(line)["event"] for line in output.splitlines() if line.startswith("{")}


@pytest.fixture
def signing_keys(service: ModuleType) -> Any:
    """The module that is called after a code or refresh token is looked up and before it is claimed."""
    return service.core.auth.backend.server.signing_keys


@pytest.mark.parametrize("deleted", ["client", "user"])
@pytest.mark.control("O5")
def test_a_refresh_token_whose_owner_is_deleted_is_not_a_replay(
    app: Flask, interleave: Interleave, signing_keys: Any, capsys: pytest.CaptureFixture[str], deleted: str
) -> None:
    client = create_client(app)
    token = tokens_for(app, client, "fleeting")["refresh_token"]
    arguments = ("clients", "delete", client["id"]) if deleted == "client" else ("users", "delete", "fleeting")
    interleave(signing_keys, "get_signing_key", lambda: command(app, *arguments, "--yes"))
    capsys.readouterr()
    rejected = refresh(app, client, token)
    assert (rejected.status_code, rejected.json["error"]) == (400, "invalid_grant")
    assert "authn_token_reuse" not in events(capsys.readouterr().out)


@pytest.mark.control("O3")
def test_a_code_of_a_deleted_client_is_rejected(
    app: Flask, interleave: Interleave, signing_keys: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    client = create_client(app)
    code, verifier = get_code(app, client)
    interleave(signing_keys, "get_signing_key", lambda: command(app, "clients", "delete", client["id"], "--yes"))
    capsys.readouterr()
    rejected = redeem(app, client, code, verifier)
    assert (rejected.status_code, rejected.json["error"]) == (400, "invalid_grant")
    assert "authn_token_reuse" not in events(capsys.readouterr().out)


@pytest.mark.control("O9")
def test_a_deleted_client_gets_no_token(app: Flask, interleave: Interleave, signing_keys: Any) -> None:
    client = create_service_client(app)
    interleave(signing_keys, "get_signing_key", lambda: command(app, "clients", "delete", client["id"], "--yes"))
    rejected = post_form(app, "/oauth2/token", client, {"grant_type": "client_credentials"})
    assert (rejected.status_code, rejected.json["error"]) == (401, "invalid_client")
