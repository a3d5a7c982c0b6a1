"""Three instances of a service act like one, also while they are replaced or without a database."""

import faulthandler
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.deployment.calls import ITEMS, burst, connect, steady
from tests.deployment.cluster import serving
from tests.deployment.instances import Cluster
from tests.smoke.oauth2 import SCOPES, create, obtain, post

pytestmark = [
    pytest.mark.install,
    pytest.mark.skipif(sys.platform != "linux", reason="uses the addresses 127.0.0.0/8"),
]
LIMIT = 120
ME = "/api/v1/me"
REVOKED_SECONDS = 5  # control Z6 in docs/security.md
SETTINGS = {
    "APP_LIMITS_ADDRESS": f"{LIMIT}/hour",
    "APP_LIMITS_CALLER": "1000000/hour",
    "APP_LOG_FORMAT": "json",
    "APP_SERVER_SHUTDOWN_DELAY": "3",
    "APP_SERVER_TLS": "false",
    "APP_SERVER_TRUSTED_PROXIES": "1",
    "APP_TOKENS_MINUTES": "60",
    "APP_TOKENS_PUBLISH_MINUTES": "0",
}


@pytest.fixture(autouse=True)
def _timeout() -> Iterator[None]:
    """Print the stacks of all threads and end the process if a test hangs."""
    faulthandler.dump_traceback_later(300, exit=True, file=2)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="module")
def cluster(bake: Bake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The instances; the migrations of two of them ran at the same time."""
    answers = {"auth_style": "oauth2", "database": "postgresql", "limiter_backend": "redis"}
    folder = tmp_path_factory.mktemp("cluster")
    service = Path(shutil.copytree(bake(answers), folder / "acme-api"))
    with serving(service, SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def authorization(cluster: Cluster) -> dict[str, str]:
    """An access token for the items."""
    client = create(cluster, "client_credentials")
    return bearer(cluster, client)


def bearer(cluster: Cluster, client: dict[str, str]) -> dict[str, str]:
    """Get an access token with client credentials."""
    grant = {"grant_type": "client_credentials", "scope": SCOPES}
    response = post(cluster, "/oauth2/token", client, grant)
    return {"Authorization": f"Bearer {response.raise_for_status().json()['access_token']}"}


def statuses(cluster: Cluster, headers: dict[str, str]) -> list[int]:
    """Return the status of a call to each instance."""
    return [instance.status(ME, headers) for instance in cluster.instances]


def test_a_limit_is_exact_over_all_instances(cluster: Cluster) -> None:
    """Of 240 concurrent requests, exactly as many as the limit are admitted."""
    assert burst(cluster.proxy, ME, 2 * LIMIT) == {401: LIMIT, 429: LIMIT}


def test_a_user_who_signs_in_at_one_instance_continues_at_the_others(cluster: Cluster) -> None:
    """Each step of the code flow reaches another instance: sign-in, consent, token, refresh."""
    tokens = obtain(cluster, "ada")
    assert statuses(cluster, {"Authorization": f"Bearer {tokens['access_token']}"}) == [200] * 3
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refreshed = post(cluster, "/oauth2/token", tokens["client"], refresh)
    token = refreshed.raise_for_status().json()["access_token"]
    assert statuses(cluster, {"Authorization": f"Bearer {token}"}) == [200] * 3


def test_each_instance_verifies_tokens_of_a_new_signing_key(cluster: Cluster) -> None:
    """Without a restart; tokens of the previous key remain valid."""
    client = create(cluster, "client_credentials")
    before = bearer(cluster, client)
    cluster.flask("signing-keys", "rotate")
    after = bearer(cluster, client)
    assert statuses(cluster, before) == statuses(cluster, after) == [200] * 3


def test_a_revocation_takes_effect_at_every_instance_in_time(cluster: Cluster) -> None:
    """Of a token at the endpoint of one instance, and of a user's tokens by a command."""
    tokens = obtain(cluster, "grace")
    revoked = {"Authorization": f"Bearer {tokens['access_token']}"}
    locked = {"Authorization": f"Bearer {obtain(cluster, 'eve')['access_token']}"}
    assert statuses(cluster, revoked) == statuses(cluster, locked) == [200] * 3
    token = {"token": tokens["access_token"]}
    assert post(cluster, "/oauth2/revoke", tokens["client"], token).status_code == 200
    cluster.flask("users", "lock", "eve")
    time.sleep(REVOKED_SECONDS)
    assert statuses(cluster, revoked) == statuses(cluster, locked) == [401] * 3


def test_a_new_version_replaces_the_old_one_without_a_failed_call(
    cluster: Cluster, authorization: dict[str, str], tmp_path: Path
) -> None:
    """Its migration adds a column while only the old version serves, then each instance follows."""
    new = tmp_path / "acme-api"
    shutil.copytree(cluster.folder, new, symlinks=True, ignore=shutil.ignore_patterns("var"))
    models = new / "acme_api/items/models.py"
    models.write_text(
        models.read_text("utf-8").replace("    price:", "    color: Mapped[str | None]\n    price:")
    )
    environment = cluster.instances[0].environment
    flask = [str(cluster.folder / ".venv/bin/python"), "-m", "flask", "db"]

    def database(*command: str) -> None:
        subprocess.run([*flask, *command], cwd=new, env=environment, check=True, timeout=60)

    with steady(cluster.proxy, authorization) as outcomes:
        database("revision", "color of items")
        database("upgrade")
        served_by_old = outcomes["ok"]
        time.sleep(2)
        assert outcomes["ok"] > served_by_old
        exits = [cluster.replace(number, new) for number in range(3)]
    assert exits == [0, 0, 0]
    assert "color" in (new / "acme_api/items/models.py").read_text("utf-8")
    assert [*outcomes] == ["ok"], outcomes


@pytest.mark.parametrize("failure", ["killed", "frozen"])
def test_without_its_database_a_call_gets_503_until_it_is_back(
    cluster: Cluster, authorization: dict[str, str], failure: str
) -> None:
    """With Retry-After, from each instance and from the proxy; /healthz is not affected."""
    database = cluster.database
    (database.kill if failure == "killed" else database.freeze)()
    try:
        for instance in cluster.instances:
            with instance.client(authorization) as client:
                for response in (client.get(ITEMS), client.post(ITEMS, json={"name": "lamp"})):
                    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
                assert client.get("/healthz").status_code == 200
            instance.wait_until_ready(503)
        with connect(cluster.proxy, "127.0.0.10", authorization) as client:
            response = client.get(ITEMS)
            assert response.status_code == 503
            assert response.headers["content-type"] == "application/problem+json"
            assert int(response.headers["retry-after"]) > 0
    finally:
        (database.start if failure == "killed" else database.thaw)()
    for instance in cluster.instances:
        instance.wait_until_ready()
        with instance.client(authorization) as client:
            assert client.get(ITEMS).status_code == 200
            assert client.post(ITEMS, json={"name": "lamp"}).status_code == 201
    with connect(cluster.proxy, "127.0.0.11", authorization) as client:
        assert client.get(ITEMS).status_code == 200
