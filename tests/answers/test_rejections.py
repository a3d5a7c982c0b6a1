"""A rejected bake prints one line for each invalid answer, leaves no files and changes none."""

import re
import shlex
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from tests.conftest import Bake
from tests.template import QUESTIONS, TEMPLATE


@pytest.mark.parametrize(
    ("answers", "question"),
    [
        ({"project_slug": "Acme"}, "project_slug"),
        ({"project_slug": "a/b/c"}, "project_slug"),
        ({"project_slug": "a/./b"}, "project_slug"),
        ({"project_slug": "a/../../b"}, "project_slug"),
        ({"project_slug": "../evil"}, "project_slug"),
        ({"project_name": "Acme\nAPI"}, "project_name"),
        ({"project_name": "\u202eAcme"}, "project_name"),
        ({"description": "x" * 1001}, "description"),
        ({"author_name": "{{ '{' }}{ x"}, "author_name"),
        ({"cors_origins": "https://acme.example/"}, "cors_origins"),
    ],
    ids=str,
)
def test_a_rejection_prints_one_line_and_leaves_no_files(
    cookies: Cookies,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    answers: dict[str, str],
    question: str,
) -> None:
    """Question, value and rule in ASCII, with a maximum length; folders are deleted too."""
    result = cookies.bake(extra_context=answers, template=str(TEMPLATE))
    assert result.exception is not None
    (line,) = [line for line in capfd.readouterr().err.splitlines() if line.startswith("Invalid")]
    assert re.fullmatch(rf'Invalid {question} ".*": .+\.', line)
    assert line.isascii()
    assert len(line) < 260
    assert [path.name for path in tmp_path.rglob("*")] == ["cookies", "bake00"]


def test_every_invalid_answer_has_its_own_line(
    cookies: Cookies, capfd: pytest.CaptureFixture[str]
) -> None:
    """Two invalid answers give two lines."""
    cookies.bake(extra_context={"project_slug": "9", "cors_origins": "*"}, template=str(TEMPLATE))
    lines = [line for line in capfd.readouterr().err.splitlines() if line.startswith("Invalid")]
    assert [line.split()[1] for line in lines] == ["cors_origins", "project_slug"]


def test_the_command_that_repeats_the_bake_is_printed(
    cookies: Cookies, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the valid answers, quoted for a shell, and without the invalid ones."""
    answers = {"project_name": "Ann's $HOME", "project_slug": "9", "database": "postgresql"}
    cookies.bake(extra_context=answers, template=str(TEMPLATE))
    printed = re.search("with the valid answers as the defaults: (.+)", capfd.readouterr().err)
    assert printed
    command = shlex.split(printed[1])
    assert command[:2] == ["cookiecutter", str(TEMPLATE)]
    repeated = dict(argument.split("=", 1) for argument in command[2:])
    assert repeated.keys() == set(QUESTIONS) - {"project_slug"}
    assert repeated["project_name"] == "Ann's $HOME"
    assert repeated["database"] == "postgresql"


def test_existing_folders_are_kept(cookies: Cookies, tmp_path: Path) -> None:
    """Only the folders created for a rejected slug with slashes are deleted."""
    kept = tmp_path / "cookies" / "kept"
    kept.mkdir()
    (kept / "note.txt").write_text("mine")
    cookies.bake(extra_context={"project_slug": "../kept/a/b"}, template=str(TEMPLATE))
    assert [path.name for path in kept.rglob("*")] == ["note.txt"]


@pytest.mark.parametrize("content", ['[tool.cookiecutter]\nauth_style = "other"\n', "<<<<<<<\n"])
def test_another_auth_style_over_a_service_is_rejected(
    rebake: Bake, capfd: pytest.CaptureFixture[str], content: str
) -> None:
    """The old style's files would remain; the service does not change."""
    service = rebake({})
    (service / "pyproject.toml").write_text(content)
    before = {path: path.read_bytes() for path in service.rglob("*") if path.is_file()}
    with pytest.raises(Exception, match="Hook script failed"):
        rebake({})
    assert "Invalid auth_style" in capfd.readouterr().err
    assert before == {path: path.read_bytes() for path in service.rglob("*") if path.is_file()}
