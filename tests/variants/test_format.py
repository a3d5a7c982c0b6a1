"""The files of every variant have a consistent format: ruff, blank lines, length of modules."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.variants.files import texts

CODE = re.compile(r"^```(?:python|diff)\n.*?^```$", re.DOTALL | re.MULTILINE)
DIFF = re.compile(r"^```diff\n.*?^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_reports_nothing(service: Path, command: list[str]) -> None:
    """With the service's own rules, without fixes."""
    done = subprocess.run(
        ["ruff", *command, "--no-cache", "--quiet", "."],
        cwd=service,
        capture_output=True,
        text=True,
    )
    assert done.stdout == ""
    assert done.returncode == 0


def test_lines_are_clean(service: Path) -> None:
    """LF only, no trailing blanks, one line break at the end, no gaps left by Jinja."""
    for name, text in texts(service).items():
        assert "\r" not in text, name
        # In a document, an empty line of a diff is a blank, and code has two blank lines.
        is_document = name.endswith(".md")
        visible = DIFF.sub(without_empty_context, text) if is_document else text
        assert not re.search(r"[ \t]+$", visible, re.MULTILINE), name
        prose = CODE.sub("```", text) if is_document else text
        assert text == "" or (text.endswith("\n") and not text.endswith("\n\n")), name
        assert not text.startswith("\n"), name
        if not name.endswith((".py", ".mako")):
            assert "\n\n\n" not in prose, name
            assert "\n\n\n\n" not in text, name


def without_empty_context(diff: re.Match[str]) -> str:
    """Return a diff with its empty context lines as empty lines."""
    return re.sub("^ $", "", diff[0], flags=re.MULTILINE)


def test_no_module_is_longer_than_200_lines(service: Path) -> None:
    """A longer module has more than one responsibility."""
    long = {
        name: text.count("\n")
        for name, text in texts(service).items()
        if name.endswith(".py") and not name.startswith("tests/") and text.count("\n") > 200
    }
    assert long == {}


@pytest.mark.parametrize("slug", ["tea", "x" * 40])
def test_the_format_does_not_depend_on_the_name(bake: Bake, slug: str) -> None:
    """The one rendered import is sorted with any package name."""
    service = bake({"project_slug": slug})
    for command in (["check"], ["format", "--check"]):
        subprocess.run(["ruff", *command, "--no-cache", "--quiet", "."], cwd=service, check=True)
