"""The secret files of compose.yaml."""

import os
import stat
import tomllib
from pathlib import Path

import pytest
import yaml

from dev import ROOT, deployment_secrets


@pytest.fixture
def deploy(tmp_path: Path) -> Path:
    """A folder with two secrets, one of which contains the other's random value."""
    (tmp_path / "secrets.toml").write_text('password = "{random}"\nurl = "db://us:{random}@host"\nother = "{o}"\n')
    return tmp_path


def modes(deploy: Path) -> dict[str, int]:
    """Return the mode of the folder and of each file in it."""
    folder = deploy / "secrets"
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}


def test_each_random_value_is_the_same_in_every_file(deploy: Path) -> None:
    assert deployment_secrets.create(deploy) == ["password", "url", "other"]
    password, url, other = ((deploy / "secrets" / name).read_text() for name in ("password", "url", "other"))
    assert len(password) == 64
    assert url == f"db://us:{password}@host"
    assert other != password
    assert stat.S_IMODE((deploy / "secrets").stat().st_mode) == 0o700


def test_existing_files_are_kept(deploy: Path) -> None:
    deployment_secrets.create(deploy)
    (deploy / "secrets/other").unlink()
    password = (deploy / "secrets/password").read_text()
    assert deployment_secrets.create(deploy) == ["other"]
    assert (deploy / "secrets/password").read_text() == password


@pytest.mark.parametrize("umask", [0o077, 0o000])
def test_the_modes_do_not_depend_on_the_umask(deploy: Path, umask: int) -> None:
    """Users in containers can read the files, and no other user of this machine can enter the folder."""
    before = os.umask(umask)
    try:
        deployment_secrets.create(deploy)
    finally:
        os.umask(before)
    assert modes(deploy) == {"secrets": 0o700, "password": 0o644, "url": 0o644, "other": 0o644}


def test_modes_of_existing_files_are_corrected(deploy: Path) -> None:
    deployment_secrets.create(deploy)
    password = (deploy / "secrets/password").read_text()
    (deploy / "secrets/alertmanager.yml").touch(0o600)
    (deploy / "secrets/password").chmod(0o600)
    (deploy / "secrets").chmod(0o755)
    assert deployment_secrets.create(deploy) == []
    assert modes(deploy) == {"secrets": 0o700} | dict.fromkeys(("alertmanager.yml", "password", "url", "other"), 0o644)
    assert (deploy / "secrets/password").read_text() == password


def test_a_value_of_an_existing_file_is_not_created_again(deploy: Path) -> None:
    deployment_secrets.create(deploy)
    (deploy / "secrets/url").unlink()
    with pytest.raises(ValueError, match=r"url is missing, but another file contains its value \{random\}"):
        deployment_secrets.create(deploy)


def test_compose_uses_exactly_the_secrets_that_are_created() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    created = tomllib.loads((ROOT / "deploy/secrets.toml").read_text("utf-8"))
    files = {secret["file"] for secret in compose["secrets"].values()}
    written_by_hand = {"alertmanager.yml"}
    assert files == {f"deploy/secrets/{name}" for name in created.keys() | written_by_hand}
    used = {name for service in compose["services"].values() for name in service.get("secrets", ())}
    assert used <= compose["secrets"].keys()
