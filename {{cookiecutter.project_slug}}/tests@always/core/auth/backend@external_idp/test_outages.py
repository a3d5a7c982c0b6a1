"""The provider is unavailable or frozen: what continues to work, what is reported, and the recovery."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.identity_provider import IdentityProvider, Status, client, provider, soon, status
from tests.core.registry import registered

__all__ = ["client", "provider", "soon", "status"]

MakeApp = Callable[..., Flask]


def test_known_keys_work_while_the_provider_is_unavailable_and_unknown_keys_do_not(
    client: FlaskClient, status: Status, provider: IdentityProvider, soon: None
) -> None:
    assert status(provider.token()) == 200
    provider.stop()
    known = provider.token()
    assert status(known) == 200
    provider.rotate()
    unknown = provider.token()
    assert status(unknown) == 401
    assert status(known) == 200
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["dependencies"]["provider"] == "unavailable"
    provider.start(provider.port)
    deadline = time.monotonic() + 5
    while status(unknown) == 401 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert status(unknown) == 200
    assert registered(client.application, "TrustedIssuer").provider.is_available()


def test_readyz_reports_an_available_provider(client: FlaskClient, status: Status) -> None:
    assert client.get("/readyz").json["dependencies"]["provider"] == "ok"


def test_the_service_starts_while_the_provider_is_unavailable(
    client: FlaskClient, status: Status, provider: IdentityProvider, soon: None
) -> None:
    provider.stop()
    assert status(provider.token()) == 401
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json["dependencies"]["provider"] == "unavailable"
    provider.start(provider.port)
    deadline = time.monotonic() + 5
    while status(provider.token()) == 401 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert status(provider.token()) == 200


def test_a_frozen_provider_delays_one_request_for_a_few_seconds(
    client: FlaskClient, status: Status, provider: IdentityProvider
) -> None:
    assert status(provider.token()) == 200
    provider.rotate()
    unknown = provider.token()
    provider.answers.clear()
    trusted = registered(client.application, "TrustedIssuer").provider
    trusted._tried = float("-inf")
    started = time.monotonic()
    assert status(unknown) == 401
    assert time.monotonic() - started < 4
    started = time.monotonic()
    assert [status(unknown) for _ in range(5)] == [401] * 5
    assert client.get("/readyz").status_code == 200
    assert time.monotonic() - started < 1


def test_doctor_reports_an_unavailable_provider(make_app: MakeApp, provider: IdentityProvider, service: Any) -> None:
    app = make_app(**provider.settings)
    check, _ = service.core.auth.backend.CHECKS
    assert list(check.run(app)) == []
    provider.stop()
    (finding,) = check.run(app)
    assert str(provider.port) in finding.message
    provider.start(provider.port)


def test_a_system_without_a_free_thread_delays_only_the_fetch(
    client: FlaskClient, status: Status, provider: IdentityProvider, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def thread(**_: Any) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as exhausted:
        exhausted.setattr(service.core.auth.backend.provider, "Thread", thread)
        assert status(provider.token()) == 401
    registered(client.application, "TrustedIssuer").provider._last_attempt = float("-inf")
    assert status(provider.token()) == 200
