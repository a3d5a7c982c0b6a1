"""A sign-up that is closed reads nothing, and an open one takes no address that nobody can have."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
REGISTER = "/api/v1/register"


@pytest.mark.control("I2")
def test_a_closed_sign_up_is_refused_before_its_body_is_read(client: FlaskClient) -> None:
    refused = client.post(REGISTER, data="{", content_type="application/json")
    assert refused.status_code == 403
    assert refused.json["detail"] == "Sign-up is disabled."


@pytest.mark.control("I3")
@pytest.mark.parametrize(
    "address", ["ada", "a@ex\ud800.com", '"\ud800"@example.com', '"a\u0001"@example.com', '"a\\\n"@example.com']
)
def test_a_mail_address_of_the_wrong_form_is_422(make_app: MakeApp, address: str) -> None:
    client = make_app(sign_up_enabled="true").test_client()
    refused = client.post(REGISTER, data=json.dumps({"email": address}), content_type="application/json")
    assert refused.status_code == 422
    assert "#/email" in [error["pointer"] for error in refused.json["errors"]]
