"""`flask doctor` finds an address, or one of several servers, on which the service cannot count."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

from tests.core.real_server import free_port

MakeApp = Callable[..., Flask]


def results(service: ModuleType, make_app: MakeApp, uri: str) -> list[str]:
    """Return the messages of the check, also if it is skipped."""
    app = make_app(limiter_uri=uri)
    with app.app_context():
        try:
            return [finding.message for finding in service.core.checks.dependencies.limits(app)]
        except service.core.diagnostics.Skipped as reason:
            return [str(reason)]


def test_a_server_that_counts_is_ok(service: ModuleType, make_app: MakeApp, limiter_uri: str) -> None:
    assert results(service, make_app, limiter_uri) == []


@pytest.mark.parametrize("down_first", [True, False])
def test_one_of_two_servers_that_is_down_is_found(
    service: ModuleType, make_app: MakeApp, limiter_uri: str, down_first: bool
) -> None:
    up, down = limiter_uri.partition("://")[2], f"127.0.0.1:{free_port()}"
    servers = ",".join([down, up] if down_first else [up, down])
    (message,) = results(service, make_app, f"memcached://{servers}")
    assert message.startswith("the limiter storage ")


def test_a_trailing_slash_counts_on_the_same_server(service: ModuleType, make_app: MakeApp, limiter_uri: str) -> None:
    assert results(service, make_app, f"{limiter_uri}/") == []
