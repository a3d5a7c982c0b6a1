"""``/.well-known/security.txt``."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]


@pytest.mark.control("D2")
def test_security_txt_has_a_contact_and_expires_within_a_year(client: FlaskClient) -> None:
    response = client.get("/.well-known/security.txt")
    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    fields = dict(line.split(": ", 1) for line in response.get_data(as_text=True).splitlines())
    assert fields["Contact"].startswith(("mailto:", "https:"))
    assert "Expires" in fields


@pytest.mark.parametrize(
    ("hosts", "used"),
    [
        ("tea.example,localhost", "tea.example"),
        ("localhost,127.0.0.1,[::1],tea.example,www.tea.example", "tea.example"),
        ("localhost,127.0.0.1", "localhost"),
    ],
)
def test_without_a_contact_the_first_public_host_is_used(
    make_app: MakeApp, service: ModuleType, hosts: str, used: str
) -> None:
    app = make_app(service_security_contact="", server_allowed_hosts=hosts)
    settings = service.core.settings.get_settings(app, service.core.settings.Settings)
    assert settings.security_contact == f"mailto:security@{used}"
