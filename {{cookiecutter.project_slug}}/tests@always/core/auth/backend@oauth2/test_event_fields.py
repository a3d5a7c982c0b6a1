"""The security events of the pages and of the token endpoint name the user and the client."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.core.event_triggers import TRIGGERS

MakeCaller = Callable[..., FlaskClient]


def line_of(event: str, caller: MakeCaller, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Trigger the event and return the last line with its name."""
    TRIGGERS[event](caller)
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [line for line in lines if line["event"] == event][-1]


@pytest.mark.control("L3")
@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("authn_login_success", {"owner"}),
        ("authn_password_change", {"owner"}),
        ("authn_token_created", {"owner", "client"}),
        ("authn_token_reuse", {"owner", "client"}),
        ("authn_token_revoked", {"client"}),
    ],
)
def test_the_event_names_the_user_and_the_client(
    caller: MakeCaller, capsys: pytest.CaptureFixture[str], event: str, fields: set[str]
) -> None:
    assert fields <= line_of(event, caller, capsys).keys()
