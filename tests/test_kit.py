"""What every repository of a service contains besides the service."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cookiecutter.main import cookiecutter

from tests.conftest import Bake
from tests.template import TEMPLATE, copied, hook

COMMIT, OTHER = "a" * 40, "b" * 40


def project(service: Path) -> dict[str, Any]:
    """Return the content of pyproject.toml."""
    return tomllib.loads((service / "pyproject.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("answer", "identifier", "title"),
    [("mit", "MIT", "MIT License"), ("apache_2_0", "Apache-2.0", "Apache License")],
)
def test_the_license_has_no_year(bake: Bake, answer: str, identifier: str, title: str) -> None:
    """A year would soon be wrong; the author is enough."""
    service = bake({"license": answer, "author_name": "Ann & Co."})
    text = (service / "LICENSE").read_text("utf-8")
    assert text.lstrip().startswith(title)
    assert not re.search(r"Copyright.*\b(19|20)\d\d\b", text)
    assert ("Copyright (c) Ann & Co.\n" in text) == (answer == "mit")
    assert project(service)["project"]["license"] == identifier


def test_without_a_license_the_file_is_missing(bake: Bake) -> None:
    """All rights are reserved."""
    service = bake({})
    assert not (service / "LICENSE").exists()
    assert "license" not in project(service)["project"]


def write(folder: Path, **files: str) -> None:
    """Write the files of a git repository; a double underscore is a slash."""
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


REPOSITORIES: dict[str, dict[str, str]] = {
    "branch": {"HEAD": "ref: refs/heads/main\n", "refs__heads__main": f"{COMMIT}\n"},
    "packed branch": {
        "HEAD": "ref: refs/heads/main\n",
        "packed-refs": f"# peeled\n{OTHER} refs/heads/x\n{COMMIT} refs/heads/main\n",
    },
    "detached": {"HEAD": f"{COMMIT}\n"},
}
WITHOUT: dict[str, dict[str, str]] = {
    "empty": {},
    "no commit": {"HEAD": "ref: refs/heads/main\n", "packed-refs": ""},
    "damaged": {"HEAD": "\x00\x01\n"},
}


@pytest.mark.parametrize("name", [*REPOSITORIES, *WITHOUT])
def test_the_commit_is_read_from_the_files_of_git(tmp_path: Path, name: str) -> None:
    """Of a branch, a packed branch and a detached HEAD; otherwise it is unknown."""
    write(tmp_path / ".git", **{**REPOSITORIES, **WITHOUT}[name])
    found = hook("post_gen_project", {"_repo_dir": str(tmp_path)}).template_commit()
    assert found == (COMMIT if name in REPOSITORIES else "unknown")


def test_the_commit_of_a_worktree_is_read_from_its_repository(tmp_path: Path) -> None:
    """Its .git is a file with a path, and the branches are in the common folder."""
    git = tmp_path / "template/.git"
    write(git, **{**REPOSITORIES["branch"], "worktrees__x__commondir": "../..\n"})
    write(git / "worktrees/x", HEAD="ref: refs/heads/main\n")
    write(tmp_path / "x", **{".git": f"gitdir: {git}/worktrees/x\n"})
    repository = str(tmp_path / "x")
    assert hook("post_gen_project", {"_repo_dir": repository}).template_commit() == COMMIT


def test_the_commit_that_cruft_passes_is_used() -> None:
    """It checks out the template in a folder of its own."""
    assert hook("post_gen_project", {"_commit": COMMIT}).template_commit() == COMMIT


def test_a_service_records_the_commit_of_the_template(bake: Bake, tmp_path: Path) -> None:
    """And a template without git, such as a zip, is unknown."""
    recorded = project(bake({}))["tool"]["cookiecutter"]["template_commit"]
    head = ["git", "rev-parse", "HEAD"]
    known = subprocess.run(head, cwd=TEMPLATE, capture_output=True, encoding="utf-8", check=False)
    assert recorded == (known.stdout.strip() or "unknown")
    template, out = copied(tmp_path / "template"), str(tmp_path)
    service = cookiecutter(str(template), no_input=True, output_dir=out, default_config=True)
    assert project(Path(service))["tool"]["cookiecutter"]["template_commit"] == "unknown"


def test_the_files_have_the_format_of_editorconfig(bake: Bake) -> None:
    """Only files with a section for tabs are indented with them; every file ends with a newline."""
    service = bake({})
    sections = re.split(
        r"^\[(.+)\]$", (service / ".editorconfig").read_text("utf-8"), flags=re.MULTILINE
    )
    assert sections[1::2] == [
        "*",
        "*.py",
        "*.{css,html,js,json,mjs,yaml,yml}",
        "{Caddyfile,Makefile}",
    ]
    for path in [path for path in service.rglob("*") if path.is_file()]:
        text = path.read_text("utf-8")
        assert not text or text.endswith("\n"), path
        indented_by_tab = bool(re.search(r"^\t", text, re.MULTILINE))
        assert indented_by_tab == (path.name in {"Caddyfile", "Makefile"}), path
