"""The files of every variant are complete, can be parsed, and have names valid on each system."""

import fnmatch
import functools
import re
from pathlib import Path

from tests.parsing import parse_all
from tests.template import CONTEXT, SERVICE, hook
from tests.variants.files import files, texts

WINDOWS_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{a}{n}" for a in ("com", "lpt") for n in range(10)),
}


def test_no_jinja_is_left(service: Path) -> None:
    """Except GitHub's ``${{ }}``; copied files may contain other braces, but no variable.

    A recipe shows a page that is a Jinja template, with one variable of its own.
    """
    delimiters = re.compile(r"(?<!\$)\{\{|\{%|\{#")
    rendered = {name: text for name, text in texts(service).items() if name not in copied_files()}
    page = "docs/recipes/files.md"
    rendered[page] = rendered[page].replace("<h1>{{ name }}</h1>", "", 1)
    assert [name for name, text in rendered.items() if delimiters.search(text)] == []
    variables = re.compile(r"\{[{%][^{}]*\bcookiecutter\b")
    assert [name for name, text in texts(service).items() if variables.search(text)] == []


@functools.cache
def copied_files() -> set[str]:
    """Return the files that cookiecutter copies without rendering, with their final names."""
    post_gen = hook("post_gen_project", {})
    return {
        post_gen.plain_path(name)[0].replace("{{cookiecutter.__package_name}}", "acme_api")
        for name in files(SERVICE)
        if any(fnmatch.fnmatch(name, pattern) for pattern in CONTEXT["_copy_without_render"])
    }


def test_no_suffix_is_left(service: Path) -> None:
    """No name contains an @."""
    assert [str(path) for path in service.rglob("*@*")] == []


def test_every_file_parses(service: Path) -> None:
    """TOML, YAML, JSON and Python."""
    parse_all(service)


def test_no_folder_is_empty(service: Path) -> None:
    """A folder without files for these answers is deleted."""
    assert [path for path in service.rglob("*") if path.is_dir() and not any(path.iterdir())] == []


def test_every_file_name_is_valid_on_windows(service: Path) -> None:
    """No reserved characters, devices or endings, and no names that differ only in case."""
    names = list(files(service))
    assert len({name.lower() for name in names}) == len(names)
    for part in {part for name in names for part in name.split("/")}:
        assert not re.search(r'[<>:"\\|?*\x00-\x1f]|[. ]$', part)
        assert part.split(".")[0].lower() not in WINDOWS_DEVICES
