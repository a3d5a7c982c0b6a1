"""`flask doctor` finds an address, or one of several servers, on which the service cannot count."""

from collections.abc import Callable
from contextlib import suppress
from types import ModuleType

import pytest
from flask import Flask
from limits import RateLimitItemPerHour

from tests.core.real_server import free_port
from tests.core.registry import registered

MakeApp = Callable[..., Flask]


def results(service: ModuleType, make_app: MakeApp, uri: str) -> list[str]:
    """Return the messages of the check, after ``/readyz`` has reported the same."""
    app = make_app(limiter_uri=uri)
    available = registered(app, "Counters").storage.is_available()
    with app.app_context():
        found = [finding.message for finding in service.core.checks.dependencies.limits(app)]
    assert available == (not found)
    return found


def test_a_server_that_counts_is_ok(service: ModuleType, make_app: MakeApp, limiter_uri: str) -> None:
    assert results(service, make_app, limiter_uri) == []


@pytest.mark.parametrize("down_first", [True, False])
def test_one_of_two_servers_that_is_down_is_found(
    service: ModuleType, make_app: MakeApp, limiter_uri: str, down_first: bool
) -> None:
    up, down = limiter_uri.partition("://")[2], f"127.0.0.1:{free_port()}"
    servers = ",".join([down, up] if down_first else [up, down])
    (message,) = results(service, make_app, f"memcached://{servers}")
    assert message.startswith("the limiter storage does not count: ConnectionRefusedError: ")


def test_the_other_server_counts_for_one_that_is_down(service: ModuleType, limiter_uri: str) -> None:
    module, hit, rate = service.core.limits.storage, service.core.limits.result.Hit, RateLimitItemPerHour(100)
    storage = module.MemcachedStorage(module._client(f"{limiter_uri},127.0.0.1:{free_port()}", 1))
    for number in range(100):
        with suppress(OSError):  # until the client has given the server up
            assert storage.hit(hit(f"limits:both-{number}", rate)).remaining == 99
    assert [storage.hit(hit(f"limits:both-{number}", rate)).remaining for number in range(91, 100)] == [98] * 9
    assert not storage.is_available()


def test_a_trailing_slash_counts_on_the_same_server(service: ModuleType, make_app: MakeApp, limiter_uri: str) -> None:
    assert results(service, make_app, f"{limiter_uri}/") == []
