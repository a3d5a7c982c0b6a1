"""The services with different jobs in CI, and their jobs."""

from pathlib import Path
from typing import Any

import yaml

from tests.template import CHOICES

SERVICES = [
    {"limiter_backend": limiter, "database": database}
    for limiter in CHOICES["limiter_backend"]
    for database in CHOICES["database"]
]
STYLES = [{"auth_style": style} for style in CHOICES["auth_style"]]
SCHEMA = ("check-jsonschema", "--builtin-schema")


def jobs(service: Path) -> list[dict[str, Any]]:
    """Return the jobs that run the tests, of GitHub and of GitLab."""
    github, gitlab = service / ".github/workflows/test.yml", service / ".gitlab-ci.yml"
    if github.exists():
        return [yaml.safe_load(github.read_text("utf-8"))["jobs"]["test"]]
    return [yaml.safe_load(gitlab.read_text("utf-8"))["test"]]
