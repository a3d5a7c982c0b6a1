"""The frameworks that are compared with the service do the same work."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from benchmarks import frameworks
from benchmarks.targets import NEW_ITEM
from tests.services import Service

SECURITY_HEADERS = (
    "strict-transport-security",
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "x-request-id",
)


@contextmanager
def peer(
    name: str, service: Path, settings: Mapping[str, str] | None = None
) -> Iterator[tuple[Service, httpx.Client]]:
    """Run a framework and yield it with a client that has a key."""
    with (
        frameworks.running_peer(name, service, 4, settings) as (server, key),
        server.client({"X-API-Key": key}) as client,
    ):
        yield server, client


@pytest.mark.install
@pytest.mark.parametrize("name", frameworks.PEERS)
def test_every_framework_does_the_work_that_is_compared(
    name: str, bake: Callable[[Mapping[str, str]], Path]
) -> None:
    """Keys, validation, CORS, security headers, log, metrics and limits."""
    limits = {"PEER_CALLER_LIMIT": "8", "PEER_ADDRESS_LIMIT": "100"}
    with peer(name, bake({}), limits) as (server, client), server.client() as anonymous:
        start_of_a_minute()
        created = client.post("/api/v1/items", json=NEW_ITEM)
        assert created.status_code == 201
        path = f"/api/v1/items/{created.json()['id']}"
        assert client.get(path).json().items() >= NEW_ITEM.items()
        for invalid in ({"price": 1}, {**NEW_ITEM, "price": -1}, {**NEW_ITEM, "name": "a" * 101}):
            assert client.post("/api/v1/items", json=invalid).status_code in {400, 422}

        allowed = client.get("/api/v1/me", headers={"Origin": frameworks.ORIGIN})
        assert allowed.json()["scopes"] == ["items:read", "items:write"]
        assert allowed.headers["access-control-allow-origin"] == frameworks.ORIGIN
        other = client.get("/api/v1/me", headers={"Origin": "https://other.example"})
        assert "access-control-allow-origin" not in other.headers
        assert anonymous.get("/api/v1/me").status_code == 401
        assert anonymous.get("/api/v1/me", headers={"X-API-Key": "x"}).status_code == 401
        for response in (created, allowed):
            assert set(SECURITY_HEADERS) <= set(response.headers)

        statuses = [client.get("/api/v1/me").status_code for _ in range(10)]
        assert statuses == sorted(statuses)
        assert set(statuses) == {200, 429}
        assert_metrics_and_log(server, anonymous, [200, 200, 401, 401, *statuses])


def assert_metrics_and_log(server: Service, anonymous: httpx.Client, statuses: list[int]) -> None:
    """The metrics count requests, and the log has a JSON line for each with its status."""
    metrics = anonymous.get("/metrics").text
    counted = re.findall(r"^\w*requests_\w*total\w*{[^}]*} (\S+)$", metrics, re.MULTILINE)
    assert max(map(float, counted)) >= 2
    logged = server.log.read_text(encoding="utf-8").splitlines()
    lines = [json.loads(line) for line in logged if line.startswith("{")]
    assert [line["status"] for line in lines if line["path"] == "/api/v1/me"] == statuses


def start_of_a_minute() -> None:
    """Wait, if a minute is about to end: a fixed window would start again during the test."""
    remaining = 60 - time.time() % 60
    if remaining < 10:
        time.sleep(remaining)
