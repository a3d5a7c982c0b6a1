"""The secrets of a service are unique, created once, and never printed or committed."""

import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.ci.jobs import SERVICES, STYLES
from tests.conftest import Bake
from tests.programs import run
from tests.template import label

SECRET_FILES = [".env", "certs/ca-key.pem", "certs/server-key.pem"]
CREATED = [*SECRET_FILES, "certs/ca.pem", "certs/server.pem"]


def values(service: Path) -> dict[str, str]:
    """Return the variables in ``.env``."""
    lines = (service / ".env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def secrets(service: Path) -> dict[str, str]:
    """Return the secrets in ``.env``: the variables that are empty in ``.env.example``."""
    example = (service / ".env.example").read_text("utf-8")
    return {name: values(service)[name] for name in re.findall(r"^(\w+)=$", example, re.MULTILINE)}


def test_every_empty_value_of_the_example_is_a_secret_of_256_bits(bake: Bake) -> None:
    """64 hexadecimal digits each, all different."""
    created = secrets(bake({}))
    assert "APP_SECRET_KEY" in created
    assert all(re.fullmatch("[0-9a-f]{64}", secret) for secret in created.values())
    assert len(set(created.values())) == len(created)


def test_everything_else_is_copied_from_the_example(bake: Bake) -> None:
    """Comments and other values."""
    service = bake({})
    written = (service / ".env").read_text("utf-8")
    for secret in secrets(service).values():
        written = written.replace(secret, "")
    assert written == (service / ".env.example").read_text("utf-8")
    assert values(service)["APP_ENVIRONMENT"] == "development"


def test_each_service_has_its_own_secrets(bake: Bake, rebake: Bake) -> None:
    """No value is a default."""
    assert not set(secrets(bake({})).values()) & set(secrets(rebake({})).values())


@pytest.mark.parametrize("name", SECRET_FILES)
def test_only_the_owner_can_read_them(bake: Bake, name: str) -> None:
    """Mode 0600."""
    assert stat.S_IMODE((bake({}) / name).stat().st_mode) == 0o600


def test_git_ignores_secrets(rebake: Bake) -> None:
    """`git add .` does not add them."""
    service = rebake({})
    subprocess.run(["git", "init", "--quiet", service], check=True)
    added = subprocess.run(
        ["git", "-C", service, "add", "--dry-run", "."], check=True, capture_output=True, text=True
    )
    assert "pyproject.toml" in added.stdout
    for name in [*CREATED, "var/development.json"]:
        assert name not in added.stdout.replace(".env.example", "")
        assert subprocess.run(["git", "-C", service, "check-ignore", "-q", name]).returncode == 0


def test_cruft_skips_secrets(bake: Bake) -> None:
    """`cruft update` never changes them."""
    project = tomllib.loads((bake({}) / "pyproject.toml").read_text("utf-8"))
    skipped = project["tool"]["cruft"]["skip"]
    assert all(name in skipped or name.split("/")[0] in skipped for name in CREATED)


def test_secrets_are_in_no_other_file(bake: Bake, capfd: pytest.CaptureFixture[str]) -> None:
    """The bake does not print them either."""
    service = bake({"project_name": "Tea Shop"})
    printed = capfd.readouterr()
    files = [path for path in service.rglob("*") if path.is_file() and path.name != ".env"]
    texts = [printed.out, printed.err, *(path.read_text("utf-8") for path in files)]
    assert not [text for text in texts for secret in secrets(service).values() if secret in text]


def test_a_second_bake_keeps_secrets(rebake: Bake) -> None:
    """Byte for byte, also with other answers."""
    service = rebake({})
    before = {name: (service / name).read_bytes() for name in CREATED}
    rebake({"limiter_backend": "redis", "description": "Another."})
    assert {name: (service / name).read_bytes() for name in CREATED} == before


def test_an_existing_env_file_is_never_overwritten(rebake: Bake) -> None:
    """Not even an empty one: the secrets may come from another place."""
    service = rebake({})
    (service / ".env").write_text("")
    rebake({})
    assert (service / ".env").read_text() == ""


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
