"""The email address of a sign-up."""

import json
from collections.abc import Callable

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]


@pytest.mark.control("I3")
@pytest.mark.parametrize("address", ["ada", '"a\u0001"@example.com', '"a\\\n"@example.com'])
def test_an_invalid_address_is_422(make_app: MakeApp, address: str) -> None:
    client = make_app(sign_up_enabled="true").test_client()
    rejected = client.post("/api/v1/register", data=json.dumps({"email": address}), content_type="application/json")
    assert rejected.status_code == 422
    assert "#/email" in [error["pointer"] for error in rejected.json["errors"]]


@pytest.mark.control("I2")
@pytest.mark.parametrize("address", ["a@ex\ud800.com", '"\ud800"@example.com'])
def test_an_address_with_an_unpaired_surrogate_is_400(make_app: MakeApp, address: str) -> None:
    client = make_app(sign_up_enabled="true").test_client()
    rejected = client.post("/api/v1/register", data=json.dumps({"email": address}), content_type="application/json")
    assert rejected.status_code == 400
