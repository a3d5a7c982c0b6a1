"""Rate limits are exact on every storage with four workers, and survive failures of a real server.

The assertions do not depend on the speed of the machine; `make limits-report` prints durations.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.limits import cases
from tests.limits.__main__ import STORAGES
from tests.limits.cluster import cluster, sentinel
from tests.selection import sample
from tests.services import bake, import_test_module

SHARED = [storage for storage in STORAGES if storage != "memory"]
CLUSTERS = sample(["redis", "valkey"], ["redis"])  # memcached has no cluster mode
pytestmark = pytest.mark.install


@pytest.fixture(scope="module", params=sample(SHARED, ["redis", "memcached"]))
def backend(request: pytest.FixtureRequest) -> str:
    """Return each storage that workers share."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def folder(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render a service with this storage."""
    return bake(tmp_path_factory.mktemp(backend), {"limiter_backend": backend})


@pytest.fixture(scope="module")
def servers(folder: Path) -> Any:
    """Return the module with which the service's own tests start the storage."""
    return import_test_module(folder, "limiter_storage")


def test_four_workers_admit_exactly_the_limit(backend: str, folder: Path, servers: Any) -> None:
    """With each strategy that the storage supports."""
    with servers.serving() as uri:
        settings = {"APP_LIMITER_URI": uri, "APP_SERVER_WORKERS": str(cases.WORKERS)}
        for strategy in STORAGES[backend]:
            found = cases.exact(folder, settings, strategy, 2)
            assert found.admitted == [cases.LIMIT] * 2, strategy
            assert found.responses.statuses[429] == 2 * (cases.REQUESTS - cases.LIMIT)


def test_a_frozen_storage_fails_no_request(folder: Path, servers: Any) -> None:
    """Neither does the recovery; each affected worker logs the failure and the recovery once."""
    with servers.stoppable() as storage:
        found = cases.during_failure(folder, storage, cases.frozen)
    assert found.failures == 0
    assert found.seconds_to_return < 20
    opened = found.events["limiter_storage_unavailable"]
    assert 1 <= opened == found.events["limiter_storage_available"]


@pytest.mark.parametrize("backend", CLUSTERS, indirect=True)
def test_a_cluster_may_lose_a_node(folder: Path, servers: Any) -> None:
    """The service continues; each worker counts on its own until the node is back."""
    found = cases.node_lost(folder, servers.stoppable)
    assert found.failures == 0
    assert found.seconds_to_return < 20


@pytest.mark.parametrize("backend", CLUSTERS, indirect=True)
def test_a_cluster_and_a_sentinel_count_as_one_server_does(folder: Path, servers: Any) -> None:
    """Limits are exact with each form of URI."""
    workers = {"APP_SERVER_WORKERS": str(cases.WORKERS)}
    with cluster(servers.stoppable) as (uri, *_):
        found = cases.exact(folder, {"APP_LIMITER_URI": uri, **workers}, "moving-window", 2)
        assert found.admitted == [cases.LIMIT] * 2
    with servers.stoppable() as master:
        master.start()
        with sentinel(servers.stoppable, master) as uri:
            found = cases.exact(folder, {"APP_LIMITER_URI": uri, **workers}, "fixed-window", 2)
            assert found.admitted == [cases.LIMIT] * 2


@pytest.mark.parametrize("backend", ["redis"], indirect=True)
def test_a_storage_may_require_tls_and_a_password(folder: Path, servers: Any) -> None:
    """With `rediss://`; the available servers of the other storages are built without TLS."""
    certs = folder / "certs"
    with servers.stoppable() as storage:
        command = storage._command
        storage._command = lambda port: [*command(0), "--tls-port", str(port)]
        storage.start(
            *("--tls-cert-file", str(certs / "server.pem"), "--requirepass", "pass:/word"),
            *("--tls-key-file", str(certs / "server-key.pem"), "--tls-auth-clients", "no"),
            *("--tls-ca-cert-file", str(certs / "ca.pem")),
        )
        password, ca = "pass%3A%2Fword", certs / "ca.pem"
        uri = f"rediss://:{password}@localhost:{storage.port}/0?ssl_ca_certs={ca}"
        found = cases.exact(
            folder, {"APP_LIMITER_URI": uri, "APP_SERVER_WORKERS": "4"}, "fixed-window", 1
        )
        assert found.admitted == [cases.LIMIT]
