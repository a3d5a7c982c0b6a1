"""`flask doctor` finds a server that responds, but on which the service cannot count."""

import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from limits.storage import storage_from_string

from tests.core.limiter_storage import command, serving
from tests.core.package import ROOT
from tests.core.real_server import running

MakeApp = Callable[..., Flask]
STRATEGIES = ["fixed-window", "moving-window", "sliding-window-counter"]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URI of a server of these tests."""
    with serving() as uri:
        yield uri


def rights() -> list[str]:
    """Return the rights of the user in the documentation."""
    (line,) = re.findall(
        "^ACL SETUSER service (.*)$", (ROOT / "docs" / "operations.md").read_text("utf-8"), re.MULTILINE
    )
    return str(line).split()


def findings(service: ModuleType, make_app: MakeApp, uri: str, strategy: str = "fixed-window") -> list[str]:
    app = make_app(limiter_uri=uri, limits_strategy=strategy)
    with app.app_context():
        return [finding.message for finding in service.core.checks.dependencies.limits(app)]


def set_user(uri: str, *rules: str) -> str:
    """Give the user ``service`` these rights, and return the URI with its password."""
    client: Any = storage_from_string(uri).get_connection()  # type: ignore[attr-defined]
    client.execute_command("ACL", "SETUSER", "service", "reset", *rules)
    client.execute_command("SCRIPT", "FLUSH")
    return uri.replace("://", "://service:PASSWORD@")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_documented_rights_are_sufficient(
    service: ModuleType, make_app: MakeApp, server: str, strategy: str
) -> None:
    assert findings(service, make_app, set_user(server, *rights()), strategy) == []


@pytest.mark.parametrize("missing", ["+eval", "+evalsha", "+del", "+incrby", "+pexpire", "~*:limits:*"])
def test_a_missing_right_is_found(service: ModuleType, make_app: MakeApp, server: str, missing: str) -> None:
    """Without the keys ``*:limits:*``, the user has those of another service."""
    rules = [right for right in rights() if right != missing]
    (message,) = findings(service, make_app, set_user(server, "~other:*", *rules))
    assert message.startswith("the limiter storage responds, but does not count: ")


def test_a_read_only_replica_is_found(service: ModuleType, make_app: MakeApp, server: str) -> None:
    port = server.rpartition(":")[2].partition("/")[0]
    with running(lambda own: [*command(own), "--replicaof", "127.0.0.1", port]) as replica:
        (message,) = findings(service, make_app, server.replace(port, str(replica)))
    assert "does not count" in message
