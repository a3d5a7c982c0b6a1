"""The files of GitHub and GitLab are valid, pinned and least privileged."""

import re
import sys
from pathlib import Path

from tests.ci.jobs import SCHEMA, SERVICES, STYLES
from tests.conftest import Bake
from tests.programs import run
from tests.template import TEMPLATE

# An action must be pinned by its commit, with the release in a comment.
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)+")


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


def test_without_ci_no_ci_files_are_rendered(bake: Bake) -> None:
    """Files of neither GitHub nor GitLab."""
    service = bake({"ci": "no_ci"})
    assert not (service / ".github").exists()
    assert not (service / ".gitlab-ci.yml").exists()
