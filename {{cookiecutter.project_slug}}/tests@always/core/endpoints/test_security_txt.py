"""``/.well-known/security.txt``."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.control("D2")
def test_security_txt_has_a_contact_and_expires_within_a_year(client: FlaskClient) -> None:
    response = client.get("/.well-known/security.txt")
    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    fields = dict(line.split(": ", 1) for line in response.get_data(as_text=True).splitlines())
    assert fields["Contact"].startswith(("mailto:", "https:"))
    assert "Expires" in fields
