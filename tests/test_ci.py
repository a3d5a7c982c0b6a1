"""What runs on GitHub and on GitLab is valid, pinned and least privileged, for every service."""

import os
import re
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
# Each workflow names an action by its commit, with the release in a comment.
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)+")


def run(*command: str, folder: Path) -> None:
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


def check_github(folder: Path) -> None:
    """Hold the workflows of a folder against actionlint, zizmor and GitHub's schemas."""
    workflows = [str(path) for path in sorted((folder / ".github/workflows").iterdir())]
    if sys.platform == "linux":
        run("actionlint", *workflows, folder=folder)
    # The pedantic rules too, except that images of services need no digest.
    config = TEMPLATE / "tests" / "zizmor.yml"
    run(
        "zizmor",
        "--offline",
        "--quiet",
        "--persona=pedantic",
        f"--config={config}",
        ".github",
        folder=folder,
    )
    schema = ("check-jsonschema", "--builtin-schema")
    run(*schema, "vendor.github-workflows", *workflows, folder=folder)
    updates = folder / ".github/dependabot.yml"
    if updates.exists():
        run(*schema, "vendor.dependabot", str(updates), folder=folder)
    for workflow in workflows:
        text = Path(workflow).read_text("utf-8")
        uses = re.findall(r"uses: (.*)", text)
        assert [use for use in uses if not PINNED.fullmatch(use)] == []


def test_the_templates_own_workflows_are_valid() -> None:
    """By the same rules."""
    check_github(TEMPLATE)


@pytest.mark.parametrize("answers", SERVICES, ids=label)
def test_workflows_for_github_are_valid(bake: Bake, answers: dict[str, str]) -> None:
    """Whatever services they start."""
    check_github(bake({"ci": "github", **answers}))


@pytest.mark.parametrize("answers", SERVICES, ids=label)
def test_the_pipeline_for_gitlab_is_valid(bake: Bake, answers: dict[str, str]) -> None:
    """By GitLab's own schema."""
    schema = ("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform")
    run(*schema, "gitlab-ci", ".gitlab-ci.yml", folder=bake({"ci": "gitlab", **answers}))


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
