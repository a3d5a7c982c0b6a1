"""``.env`` gets a secret for each empty name of ``.env.example``."""

import os
from pathlib import Path

import pytest

from dev import environment

EXAMPLE = "# a secret\nAPP_ONE=\n\n# another one\nAPP_TWO=\n\nAPP_URL=https://example.com\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an example and no ``.env``."""
    (tmp_path / ".env.example").write_text(EXAMPLE, "utf-8")
    return tmp_path


def values(folder: Path) -> dict[str, str]:
    lines = (folder / ".env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_a_new_file_has_a_secret_for_each_empty_name(folder: Path) -> None:
    assert environment.create(folder) == "Created .env with new secrets."
    created = values(folder)
    assert created.pop("APP_URL") == "https://example.com"
    assert {name: len(secret) for name, secret in created.items()} == {"APP_ONE": 64, "APP_TWO": 64}
    assert created["APP_ONE"] != created["APP_TWO"]
    assert environment.create(folder) is None
    assert values(folder).items() >= created.items()


def test_a_new_secret_of_the_example_is_added_and_the_rest_stays(folder: Path) -> None:
    (folder / ".env").write_text("APP_ONE=mine\nAPP_OTHER=", "utf-8")
    assert environment.create(folder) == "Added new secrets to .env: APP_TWO."
    text = (folder / ".env").read_text("utf-8")
    assert text.startswith("APP_ONE=mine\nAPP_OTHER=\nAPP_TWO=")
    assert len(values(folder)["APP_TWO"]) == 64
    assert (folder / ".env").stat().st_mode & 0o077 in (0, 0o066)  # Windows has no modes


@pytest.mark.skipif(os.name == "nt", reason="Windows restricts symbolic links")
def test_a_symbolic_link_is_kept_and_its_target_gets_the_secret(folder: Path) -> None:
    target = folder / "shared.env"
    target.write_text("APP_ONE=mine\n", "utf-8")
    (folder / ".env").symlink_to("shared.env")
    assert environment.create(folder) == "Added new secrets to .env: APP_TWO."
    assert (folder / ".env").is_symlink()
    assert target.read_text("utf-8").startswith("APP_ONE=mine\nAPP_TWO=")


@pytest.mark.parametrize("line", ["APP_TWO=", "export APP_TWO=x", "# APP_TWO=", "APP_TWO_FILE=/run/two"])
def test_a_name_that_is_set_or_commented_out_is_not_added(folder: Path, line: str) -> None:
    (folder / ".env").write_text(f"APP_ONE=mine\n{line}\n", "utf-8")
    assert environment.create(folder) is None
    assert (folder / ".env").read_text("utf-8") == f"APP_ONE=mine\n{line}\n"


def test_a_file_that_cannot_be_read_is_left_to_the_service_to_report(folder: Path) -> None:
    (folder / ".env").write_bytes("# café\n".encode("utf-16"))
    assert environment.create(folder) is None
    (folder / ".env").unlink()
    (folder / ".env").mkdir()
    assert environment.create(folder) is None
