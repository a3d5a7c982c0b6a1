"""`flask doctor` finds a server that responds, but on which the service cannot count."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from limits.storage import storage_from_string

from tests.core.limiter_storage import command, serving
from tests.core.package import ROOT
from tests.core.real_server import running
from tests.core.registry import registered

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
    """Return what doctor reports, after a check that ``/readyz`` reports the same."""
    app = make_app(limiter_uri=uri, limits_strategy=strategy)
    with app.app_context():
        found = [finding.message for finding in service.core.checks.dependencies.limits(app)]
    (available,) = {registered(app, "Counters").storage.is_available() for _ in range(2)}
    assert available == (not found)
    return found


def set_user(uri: str, *rules: str) -> str:
    """Give the user ``service`` these rights, and return the URI with its password."""
    client: Any = storage_from_string(uri).get_connection()  # type: ignore[attr-defined]
    client.execute_command("ACL", "SETUSER", "service", "reset", *rules)
    client.execute_command("SCRIPT", "FLUSH")
    client.execute_command("FLUSHALL")
    return uri.replace("://", "://service:PASSWORD@")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_documented_rights_are_sufficient(
    service: ModuleType, make_app: MakeApp, server: str, strategy: str
) -> None:
    assert findings(service, make_app, set_user(server, *rights()), strategy) == []


@pytest.mark.parametrize("missing", ["+eval", "+evalsha", "+incrby", "+pexpire", "~*:limits:*"])
def test_a_missing_right_is_found(service: ModuleType, make_app: MakeApp, server: str, missing: str) -> None:
    """Without the keys ``*:limits:*``, the user has those of another service."""
    rules = [right for right in rights() if right != missing]
    (message,) = findings(service, make_app, set_user(server, "~other:*", *rules))
    assert message.startswith("the limiter storage does not count: ")


def test_a_missing_right_to_delete_is_found(service: ModuleType, make_app: MakeApp, server: str) -> None:
    """Requests are counted, but `flask limits reset` would fail."""
    app = make_app(limiter_uri=set_user(server, *(right for right in rights() if right != "+del")))
    with app.app_context():
        (finding,) = service.core.checks.dependencies.limits(app)
    assert "'del'" in finding.message


@pytest.mark.parametrize(
    ("user", "reason"), [("service:wrong@", "AuthenticationError"), ("", "AuthenticationError")], ids=["wrong", "none"]
)
def test_a_wrong_password_is_found(service: ModuleType, make_app: MakeApp, user: str, reason: str) -> None:
    with running(lambda own: [*command(own), "--requirepass", "geheim"]) as port:
        uri = f"{service.core.settings.limiter.BACKEND}://{user}127.0.0.1:{port}"
        (message,) = findings(service, make_app, uri)
    assert reason in message


def test_a_database_that_the_server_does_not_have_is_found(service: ModuleType, make_app: MakeApp, server: str) -> None:
    (message,) = findings(service, make_app, f"{server.rpartition('/')[0]}/16")
    assert "index is out of range" in message


def test_a_socket_counts(service: ModuleType, make_app: MakeApp, tmp_path: Path) -> None:
    with running(lambda own: [*command(own), "--unixsocket", str(tmp_path / "s")]):
        backend = service.core.settings.limiter.BACKEND
        assert findings(service, make_app, f"{backend}+unix://{tmp_path / 's'}?db=1") == []


def test_a_read_only_replica_is_found(service: ModuleType, make_app: MakeApp, server: str) -> None:
    port = server.rpartition(":")[2].partition("/")[0]
    with running(lambda own: [*command(own), "--replicaof", "127.0.0.1", port]) as replica:
        (message,) = findings(service, make_app, server.replace(port, str(replica)))
    assert "does not count" in message


def test_each_node_of_a_cluster_is_checked(service: ModuleType, make_app: MakeApp, server: str, tmp_path: Path) -> None:
    def node(port: int) -> list[str]:
        cluster = ["--cluster-enabled", "yes", "--cluster-port", str(port - 10_000), "--dir", str(tmp_path)]
        return [*command(port), *cluster, "--cluster-require-full-coverage", "no"]

    scheme = server.partition("://")[0]
    with running(node) as port:
        client: Any = storage_from_string(f"{scheme}://127.0.0.1:{port}").get_connection()  # type: ignore[attr-defined]
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        client.execute_command("ACL", "SETUSER", "service", *rights(), "+cluster", "+command")
        deadline = time.monotonic() + 10
        while b"cluster_state:ok" not in client.execute_command("CLUSTER", "INFO") and time.monotonic() < deadline:
            time.sleep(0.05)
        storage = service.core.limits.storage.ScriptStorage(
            service.core.limits.storage._client(f"{scheme}+cluster://service:PASS%57ORD@127.0.0.1:{port}", 1),
            "fixed-window",
        )
        storage.check()
        client.execute_command("CLUSTER", "DELSLOTSRANGE", "0", "8191")
        with pytest.raises(Exception, match=r"(?i)cluster|slot"):
            storage.check()


@pytest.mark.parametrize(
    ("query", "own"),
    [
        ("", {"username": "ada", "password": "geh@eim"}),
        ("?sentinel_password=", {"username": None, "password": None}),
        ("?sentinel_password=x%2Fy&sentinel_username=bob", {"username": "bob", "password": "x/y"}),
    ],
    ids=["the same", "none", "another"],
)
def test_sentinels_can_have_another_password(
    service: ModuleType, server: str, query: str, own: dict[str, str | None]
) -> None:
    uri = f"{server.partition('://')[0]}+sentinel://ada:geh%40eim@one:1,two:2/ours{query}"
    pool = service.core.limits.storage._client(uri, 1).connection_pool
    assert {name: pool.connection_kwargs[name] for name in own} == {"username": "ada", "password": "geh@eim"}
    for sentinel in pool.sentinel_manager.sentinels:
        assert {name: sentinel.connection_pool.connection_kwargs[name] for name in own} == own
