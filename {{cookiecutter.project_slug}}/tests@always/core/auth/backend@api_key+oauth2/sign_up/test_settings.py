"""The setting that enables sign-up."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.control("I2")
def test_sign_up_is_disabled_by_default_and_rejected_before_the_body_is_read(client: FlaskClient) -> None:
    rejected = client.post("/api/v1/register", data="{", content_type="application/json")
    assert rejected.status_code == 403
    assert rejected.json["detail"] == "Sign-up is disabled."
