"""The provider's keys: when they are fetched, and how long they are used."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.identity_provider import IdentityProvider, Status, client, provider, soon, status
from tests.core.registry import registered

__all__ = ["client", "provider", "soon", "status"]

MakeApp = Callable[..., Flask]
ME = "/api/v1/me"
KEYS = "/keys"


def test_the_keys_are_fetched_when_they_are_first_needed(
    client: FlaskClient, status: Status, provider: IdentityProvider
) -> None:
    assert client.get(ME).status_code == 401
    assert provider.asked == []
    assert [status(provider.token()) for _ in range(3)] == [200, 200, 200]
    assert provider.asked == ["/.well-known/openid-configuration", KEYS]


def test_concurrent_requests_cause_one_fetch(make_app: MakeApp, provider: IdentityProvider) -> None:
    app = make_app(**provider.settings)
    headers = [{"Authorization": f"Bearer {provider.token(f'caller-{number}')}"} for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda each: app.test_client().get(ME, headers=each).status_code, headers))
    assert statuses == [200] * 24
    assert provider.asked.count(KEYS) == 1


@pytest.mark.control("J9")
def test_unknown_keys_cause_one_fetch_per_interval(status: Status, provider: IdentityProvider) -> None:
    assert status(provider.token()) == 200
    asked = len(provider.asked)
    for _ in range(25):
        provider.rotate()
        provider.published = provider.published[1:]
        assert status(provider.token()) == 401
    assert provider.asked[asked:].count(KEYS) <= 1


@pytest.mark.control("J9")
def test_a_new_key_works_after_the_next_fetch(status: Status, provider: IdentityProvider, soon: None) -> None:
    before = provider.token()
    assert status(before) == 200
    provider.rotate()
    assert status(provider.token()) == 200
    assert status(before) == 200


@pytest.mark.control("J9")
def test_a_withdrawn_key_stops_working(
    make_app: MakeApp, provider: IdentityProvider, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_app(**provider.settings).test_client()
    monkeypatch.setattr(registered(client.application, "TrustedIssuer").provider, "_refresh_interval", 0.0)
    monkeypatch.setattr(service.core.auth.caller_cache, "TTL", 0.0)
    old = {"Authorization": f"Bearer {provider.token()}"}
    assert client.get(ME, headers=old).status_code == 200
    provider.rotate()
    provider.published = provider.published[:1]
    deadline = time.monotonic() + 5
    while client.get(ME, headers=old).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert client.get(ME, headers=old).status_code == 401


@pytest.mark.control("J9")
@pytest.mark.parametrize("available", [True, False])
def test_a_request_after_a_pause_waits_for_the_current_keys(
    client: FlaskClient, status: Status, provider: IdentityProvider, available: bool
) -> None:
    before, after = provider.token(), provider.token()
    assert status(before) == 200
    provider.rotate()
    provider.published = provider.published[:1]
    if not available:
        provider.stop()
    trusted = registered(client.application, "TrustedIssuer").provider
    trusted._fetched = trusted._last_attempt = time.monotonic() - 601
    assert status(after) == (401 if available else 200)
    if not available:
        provider.start(provider.port)


def test_an_empty_key_set_does_not_remove_known_keys(
    client: FlaskClient, status: Status, provider: IdentityProvider, soon: None
) -> None:
    known = provider.token()
    assert status(known) == 200
    provider.published = []
    provider.rotate()
    provider.published = []
    assert status(provider.token()) == 401
    assert status(known) == 200
