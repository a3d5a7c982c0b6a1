"""The development container has the servers of CI."""

import json

import pytest
import yaml

from tests.ci.jobs import SCHEMA, SERVICES, jobs
from tests.conftest import Bake
from tests.programs import run
from tests.template import label


@pytest.mark.parametrize("answers", SERVICES, ids=label)
def test_the_development_container_has_the_required_servers(
    bake: Bake, answers: dict[str, str]
) -> None:
    """Those of CI, and the service finds them through the same variables as its tests."""
    service = bake(answers)
    container = json.loads((service / ".devcontainer/devcontainer.json").read_text("utf-8"))
    # Outside of the shared folder, which contains the environment of the host.
    environment = container["remoteEnv"]["UV_PROJECT_ENVIRONMENT"]
    editor = container["customizations"]["vscode"]["settings"]
    assert editor["python.defaultInterpreterPath"] == f"{environment}/bin/python"
    assert environment.startswith("/home/")
    (job,) = jobs(service)
    wanted = {name: server["image"] for name, server in job.get("services", {}).items()}
    assert ("image" in container) == (not wanted)
    if wanted:
        paths = [service / ".devcontainer" / name for name in container["dockerComposeFile"]]
        run(*SCHEMA, "vendor.compose-spec", *paths)
        files = [yaml.safe_load(path.read_text("utf-8"))["services"] for path in paths]
        parts = [each.pop(container["service"]) for each in files]
        development = {"environment": {}} | parts[0]
        for part in parts[1:]:
            development["environment"] |= part["environment"]
        servers = {name: server for each in files for name, server in each.items()}
        assert {name: server["image"] for name, server in servers.items()} == wanted
        settings = {name.partition("_")[2]: url for name, url in development["environment"].items()}
        assert {name.partition("_")[2] for name in job["env"] if "TEST_" in name} == set(settings)
