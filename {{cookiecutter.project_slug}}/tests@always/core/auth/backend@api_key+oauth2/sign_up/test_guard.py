"""Disabled sign-up, and the validation of email addresses."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
REGISTER = "/api/v1/register"


@pytest.mark.control("I2")
def test_disabled_sign_up_is_rejected_before_the_body_is_read(client: FlaskClient) -> None:
    rejected = client.post(REGISTER, data="{", content_type="application/json")
    assert rejected.status_code == 403
    assert rejected.json["detail"] == "Sign-up is disabled."


@pytest.mark.control("I3")
@pytest.mark.parametrize(
    "address", ["ada", "a@ex\ud800.com", '"\ud800"@example.com', '"a\u0001"@example.com', '"a\\\n"@example.com']
)
def test_an_invalid_email_address_is_rejected(make_app: MakeApp, address: str) -> None:
    client = make_app(sign_up_enabled="true").test_client()
    rejected = client.post(REGISTER, data=json.dumps({"email": address}), content_type="application/json")
    assert rejected.status_code == 422
    assert "#/email" in [error["pointer"] for error in rejected.json["errors"]]
