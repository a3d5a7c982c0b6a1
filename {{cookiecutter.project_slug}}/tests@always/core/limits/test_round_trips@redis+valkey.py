"""The limits of a request share one round trip to the storage where the server allows it."""

import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import parse
from limits.storage import storage_from_string

from tests.core.limiter_storage import command
from tests.core.real_server import running
from tests.core.registry import registered

ME = "/api/v1/me"
RATE = parse("2/minute")


Trips = Callable[[Any], list[int]]


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> Trips:
    """Return the number of hits of each round trip to a storage from now on."""

    def record(storage: Any) -> list[int]:
        trips: list[int] = []
        run = storage._run

        def counted(*hits: Any) -> Any:
            trips.append(len(hits))
            return run(*hits)

        monkeypatch.setattr(storage, "_run", counted)
        return trips

    return record


def test_address_and_caller_are_counted_together(app: Flask, caller: Callable[..., FlaskClient], trips: Trips) -> None:
    me = caller(app=app)
    found = trips(registered(app, "Counters").storage._connected())
    assert me.get(ME).status_code == 200
    assert found == [1, 1]  # the caller is not cached yet
    assert me.get(ME).status_code == 200
    assert found[2:] == [2]
    assert app.test_client().get(ME).status_code == 401
    assert found[3:] == [1]
    assert app.test_client().get("/no/such/path").status_code == 404
    assert found[4] == 2


def test_keys_on_different_nodes_of_a_cluster_are_counted_separately(
    service: ModuleType, limiter_uri: str, tmp_path: Path, trips: Trips
) -> None:
    """Behind a proxy that hides a cluster, the first error shows it."""

    def node(port: int) -> list[str]:
        return [
            *command(port),
            "--cluster-enabled",
            "yes",
            "--cluster-port",
            str(port - 10_000),
            "--dir",
            str(tmp_path),
        ]

    storage, scheme = service.core.limits.storage, limiter_uri.partition("://")[0]
    hits = [service.core.limits.result.Hit(f"limits:{{{number}}}", RATE) for number in range(3)]
    with running(node) as port:
        client: Any = storage_from_string(f"{scheme}://127.0.0.1:{port}").get_connection()  # type: ignore[attr-defined]
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        deadline = time.monotonic() + 10
        while b"cluster_state:ok" not in client.execute_command("CLUSTER", "INFO") and time.monotonic() < deadline:
            time.sleep(0.05)
        proxy = storage.ScriptStorage(client, "fixed-window")
        found = trips(proxy)
        for remaining in (1, 0):
            assert [result.remaining for result in proxy.hit_all(hits)] == [remaining] * 3
        assert found == [3, 1, 1, 1, 1, 1, 1]
        cluster = storage._client(f"{scheme}+cluster://127.0.0.1:{port}", 1)
        assert not storage.ScriptStorage(cluster, "fixed-window", one_node=False).hit_all(hits)[0].admitted
