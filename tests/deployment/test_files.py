"""The files for the deployment, each checked by the tools of its kind."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from kubernetes_validate import validate

from tests.conftest import Bake
from tests.programs import program
from tests.template import CHOICES

STYLES = CHOICES["auth_style"]
# The files of a service that its image must not contain.
SECRETS = {".env", "certs", "deploy/secrets", "var"}


def test_hadolint_finds_nothing(bake: Bake) -> None:
    """In the Dockerfile."""
    hadolint = program(str(Path(sys.executable).with_name("hadolint")), "hadolint")
    subprocess.run([hadolint, bake({}) / "Dockerfile"], check=True)


@pytest.mark.parametrize("style", STYLES)
def test_the_image_contains_no_secrets_and_no_tools(bake: Bake, style: str) -> None:
    """The .dockerignore file excludes everything but listed paths, which exist."""
    service = bake({"auth_style": style})
    first, *rest = (service / ".dockerignore").read_text("utf-8").splitlines()[1:]
    assert first == "*"
    included = {line[1:] for line in rest if line.startswith("!")}
    assert included == {
        "README.md",
        "acme_api",
        "deploy/healthcheck.py",
        "pyproject.toml",
        "settings.toml",
        "uv.lock",
        "wsgi.py",
    }
    assert all((service / path).exists() for path in included - {"uv.lock"})


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("limiter", CHOICES["limiter_backend"])
@pytest.mark.parametrize("database", CHOICES["database"])
def test_compose_starts_hardened_services(
    bake: Bake, style: str, limiter: str, database: str
) -> None:
    """Each has a read-only root file system, no privileges, and an image with a version."""
    service = bake({"auth_style": style, "limiter_backend": limiter, "database": database})
    compose = yaml.safe_load((service / "compose.yaml").read_text("utf-8"))
    services = compose["services"]
    expected = {"proxy", "service", "migration", "metrics", "prometheus", "alertmanager", "grafana"}
    expected |= {"limiter"} if limiter != "memory" else set()
    expected |= {"database"} if database == "postgresql" else set()
    assert services.keys() == expected
    for container in services.values():
        assert container["read_only"] is True
        assert container["cap_drop"] == ["ALL"]
        assert container["security_opt"] == ["no-new-privileges:true"]
        assert re.search(r":v?\d|VERSION", container["image"])
        assert set(container["networks"]) <= compose["networks"].keys()
    public = {name for name, container in services.items() if "ports" in container}
    assert public == {"proxy", "grafana"}
    assert services["grafana"]["ports"] == ["127.0.0.1:3001:3000"]


@pytest.mark.parametrize("style", STYLES)
def test_systemd_rates_the_exposure_of_the_unit_below_2(bake: Bake, style: str) -> None:
    """``systemd-analyze security`` of the unit alone."""
    service = bake({"auth_style": style, "deployment": "systemd"})
    command = [program("systemd-analyze"), "security", "--offline=true", "--threshold=20"]
    done = subprocess.run([*command, service / "deploy/systemd.service"], capture_output=True)
    assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("limiter", ["memory", "memcached"])
@pytest.mark.parametrize("database", CHOICES["database"])
def test_kubernetes_accepts_the_manifests(
    bake: Bake, style: str, limiter: str, database: str
) -> None:
    """Those of its own kinds; one replica has neither an autoscaler nor a disruption budget."""
    answers = {"auth_style": style, "limiter_backend": limiter, "database": database}
    folder = bake({**answers, "deployment": "kubernetes"}) / "deploy/kubernetes"
    own = [
        resource
        for path in folder.rglob("*.yaml")
        for resource in yaml.safe_load_all(path.read_text("utf-8"))
        if ".k8s.io/" not in resource["apiVersion"] or "networking.k8s" in resource["apiVersion"]
    ]
    own = [each for each in own if not re.match("gateway|kustomize|monitoring", each["apiVersion"])]
    for resource in own:
        validate(resource, "1.33", strict=True)
    single = database == "sqlite" or limiter == "memory"
    kinds = {resource["kind"] for resource in own}
    assert {"Deployment", "Service", "Ingress", "Namespace", "NetworkPolicy"} <= kinds
    assert ({"HorizontalPodAutoscaler", "PodDisruptionBudget"} <= kinds) == (not single)
    (deployment,) = (resource for resource in own if resource["kind"] == "Deployment")
    assert (deployment["spec"]["strategy"].get("type") == "Recreate") == single
    pods = [
        resource["spec"]["template"]["spec"]
        for resource in own
        if "template" in resource.get("spec", {})
    ]
    for pod in pods:
        assert pod["enableServiceLinks"] is False
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }


@pytest.mark.parametrize("style", STYLES)
def test_every_manifest_is_listed(bake: Bake, style: str) -> None:
    """By the kustomization in its folder; `dev.prometheus_rule` writes the one that is missing."""
    folder = bake({"auth_style": style, "deployment": "kubernetes"}) / "deploy/kubernetes"
    for kustomization in folder.rglob("kustomization.yaml"):
        listed = yaml.safe_load(kustomization.read_text("utf-8"))["resources"]
        files = {path.name for path in kustomization.parent.glob("*.yaml")} - {kustomization.name}
        assert set(listed) - {"prometheus-rule.yaml", "../../base"} == files


@pytest.mark.install
def test_the_documented_installation_with_systemd_works(bake: Bake, tmp_path: Path) -> None:
    """In a root folder; ``systemctl`` and ``systemd-run`` only record their arguments."""
    service = bake({"deployment": "systemd"})
    origin = tmp_path / "origin"
    shutil.copytree(service, origin, ignore=shutil.ignore_patterns(*SECRETS))
    git = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@acme.example"]
    subprocess.run(["uv", "lock", "--quiet"], cwd=origin, check=True)
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message=first"]):
        subprocess.run([*git, *command], cwd=origin, check=True)
    root, programs = tmp_path / "root", tmp_path / "programs"
    for folder in ("etc/systemd/system", "opt"):
        (root / folder).mkdir(parents=True)
    programs.mkdir()
    for name in ("systemctl", "systemd-run"):
        (programs / name).write_text(f'#!/bin/sh\necho "$@" >> {root}/{name}.log\n')
        (programs / name).chmod(0o755)
    text = (origin / "docs/deployment.md").read_text("utf-8")
    installation, upgrade = re.findall(
        r"```sh\n(.*?)```", text.partition("## systemd")[2], re.DOTALL
    )
    for script in (installation, upgrade):
        script = script.replace("<the repository>", str(origin))
        script = re.sub(r"(?<![\w.])/(etc|opt)/", rf"{root}/\1/", script)
        subprocess.run(
            ["sh", "-eu", "-c", f"PATH={programs}:$PATH\n{script}"], cwd=tmp_path, check=True
        )
    assert (root / "opt/acme-api/.venv/bin/flask").exists()
    unit = (root / "etc/systemd/system/acme-api.service").read_text("utf-8")
    needed = {Path(path).name for path in re.findall(r"LoadCredential=\w+:(\S+)", unit)}
    created = {path.name: path for path in (root / "etc/acme-api").iterdir()}
    assert created.keys() == needed | {"environment"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in created.values())
    metrics = (root / "etc/systemd/system/acme-api-metrics.service").read_text("utf-8")
    assert "ExecStart=/opt/acme-api/.venv/bin/flask metrics serve\n" in metrics
    assert "\nPartOf=acme-api.service\n" in metrics
    assert "RuntimeDirectory=" not in metrics
    assert "enable --now acme-api acme-api-metrics" in (root / "systemctl.log").read_text()
    commands = (root / "systemd-run.log").read_text().splitlines()
    assert [command.partition(".venv/bin/flask ")[2] for command in commands] == [
        "doctor --production",
        "keys create --name me",
        "doctor --production",
    ]
    run = set(commands[0].split())
    assert {f"--property={line}" for line in unit.splitlines() if "DynamicUser=" in line} <= run
    (unit_name,) = (word.partition("=")[2] for word in run if word.startswith("--unit="))
    assert re.fullmatch(r"acme-api-command-\d+", unit_name)
    folder = f"/run/credentials/{unit_name}.service"
    assert f"--property=Environment=APP_SECRET_KEY_FILE={folder}/secret_key" in run
    assert {f"--property=LoadCredential={name}:/etc/acme-api/{name}" for name in needed} <= run
