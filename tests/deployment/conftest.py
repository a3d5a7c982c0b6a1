"""The service that the proxies are tested with."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.deployment.proxies import PROXIES
from tests.deployment.upstream import Deployment, Upstream
from tests.services import UV, Service, free_port


@pytest.fixture(scope="module")
def upstream(bake: Bake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, str]]:
    """A service and a key of it."""
    folder = Path(shutil.copytree(bake({}), tmp_path_factory.mktemp("upstream") / "acme-api"))
    settings = {
        "APP_LOG_FORMAT": "json",
        "APP_SERVER_ALLOWED_HOSTS": "localhost, api.example.com",
        "APP_SERVER_PORT": str(free_port()),
        "APP_SERVER_TLS": "false",
        "APP_SERVER_TRUSTED_PROXIES": "1",
    }
    command = ("flask", "serve")
    subprocess.run([UV, "run", "--quiet", "flask", "db", "upgrade"], cwd=folder, check=True)
    service = Upstream(folder, settings, folder / "service.log", command)
    try:
        service.wait_for_port()
        create = (
            "keys",
            "create",
            "--name",
            "test",
            "--scopes",
            "items:read items:write",
            "--json",
        )
        yield service, json.loads(service.flask(*create))["key"]
    finally:
        service.stop()


@pytest.fixture(scope="module", params=PROXIES)
def deployment(
    request: pytest.FixtureRequest,
    upstream: tuple[Service, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    """The service behind each proxy."""
    service, key = upstream
    folder = tmp_path_factory.mktemp(request.param)
    with PROXIES[request.param](service.folder, f"127.0.0.1:{service.port}", folder) as proxy:
        yield Deployment(service, proxy, key)
