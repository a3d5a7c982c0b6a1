"""Fetching the provider's metadata and keys: over trusted TLS only, without redirects, and within a time limit."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.credentials import provider as shared_provider
from tests.core.identity_provider import IdentityProvider, Status, client, provider, status
from tests.core.registry import registered

__all__ = ["client", "provider", "status"]

MakeApp = Callable[..., Flask]
KEYS = "/keys"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"issuer": "https://elsewhere.example"}, "describes a different issuer"),
        ({"issuer": None}, "describes a different issuer"),
        ({"jwks_uri": "http://localhost/keys"}, "is not an https URL"),
        ({"jwks_uri": "file:///etc/passwd"}, "is not an https URL"),
        ({"jwks_uri": None}, "is not an https URL"),
        ({"jwks_uri": "https://localhost:1/keys"}, "https://localhost:1/keys"),
        ({"jwks_uri": "https://[/keys"}, r"https://\[/keys"),
        ({"padding": "x" * 300_000}, "longer than"),
    ],
)
def test_invalid_metadata_are_rejected(
    client: FlaskClient, status: Status, provider: IdentityProvider, change: dict[str, Any], reason: str, service: Any
) -> None:
    provider.metadata = change
    assert status(provider.token()) == 401
    with pytest.raises(service.core.auth.backend.fetching.ProviderUnavailable, match=reason):
        registered(client.application, "TrustedIssuer").provider.fetch_keys()


def test_a_provider_without_a_trusted_certificate_receives_no_request(
    make_app: MakeApp, provider: IdentityProvider, service: Any
) -> None:
    app = make_app(**{**provider.settings, "provider_ca": str(shared_provider().ca)})
    with pytest.raises(service.core.auth.backend.fetching.ProviderUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        registered(app, "TrustedIssuer").provider.fetch_keys()
    assert provider.asked == []


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_an_unreadable_ca_prevents_startup(
    make_app: MakeApp, provider: IdentityProvider, service: Any, tmp_path: Path, content: str | None
) -> None:
    if content:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(service.core.settings.ConfigurationError, match="APP_PROVIDER_CA"):
        make_app(**{**provider.settings, "provider_ca": "ca.pem"})


def test_a_redirect_is_not_followed(client: FlaskClient, provider: IdentityProvider, service: Any) -> None:
    provider.redirects[KEYS] = f"{provider.issuer}/elsewhere"
    with pytest.raises(service.core.auth.backend.fetching.ProviderUnavailable, match="status 302"):
        registered(client.application, "TrustedIssuer").provider.fetch_keys()
    assert "/elsewhere" not in provider.asked


@pytest.mark.parametrize(
    "before",
    [b"HTTP/1.1 100 Continue\r\n\r\n" * 3, b"HTTP/1.1 200 OK\r\nX-Slow: "],
    ids=["interim responses", "a header"],
)
def test_a_response_that_arrives_byte_by_byte_times_out(
    client: FlaskClient, provider: IdentityProvider, service: Any, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    fetching = service.core.auth.backend.fetching
    # Each reading of the clock is one second later.
    monkeypatch.setattr(fetching, "time", SimpleNamespace(monotonic=count().__next__))
    provider.before = before
    with pytest.raises(fetching.ProviderUnavailable, match="timed out"):
        registered(client.application, "TrustedIssuer").provider.fetch_keys()
