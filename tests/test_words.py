"""The template and its services use plain English and the terms of the field.

avoided_words.txt lists what to avoid, avoided_words_exceptions.txt where it is right.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import words
from tests.conftest import Bake
from tests.repository import repository_files
from tests.template import SERVICE, TEMPLATE, variants

# Hits per 1,000 words, exceptions included.
GOAL = 0.5
# Lists of words, lock files, licenses, secrets, and the services, which have a test of their own.
SKIPPED = ("/common_passwords.txt", ".lock", "tests/test_words.py", "LICENSE")
SKIPPED_PREFIXES = (
    ".env",
    "certs/",
    "tests/avoided_words",
    "tests/snapshots/",
    f"{SERVICE.name}/",
)


def texts(folder: Path, names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the name and the content of each file that is checked."""
    for name in names:
        if not name.endswith(SKIPPED) and not name.startswith(SKIPPED_PREFIXES):
            yield name, (folder / name).read_text("utf-8")


def check(found: words.Count) -> None:
    """Fail with the place and a hint for each hit without an exception."""
    print(found)
    if found.unlisted:
        pytest.fail("\n".join([str(found), *map(str, found.unlisted)]), pytrace=False)
    assert found.rate(found.excepted) <= GOAL


def test_the_template_uses_plain_words() -> None:
    """No hit without an exception in any file of this repository outside the service's folder."""
    names = [name for name in repository_files() if (TEMPLATE / name).is_file()]
    check(words.count(texts(TEMPLATE, names)))


def test_the_services_use_plain_words(bake: Bake) -> None:
    """The same in every variant; a file that several variants share counts once."""
    found: set[tuple[str, str]] = set()
    for answers in variants():
        service = bake(answers)
        paths = [path for path in service.rglob("*") if path.is_file()]
        found.update(texts(service, [path.relative_to(service).as_posix() for path in paths]))
    check(words.count(sorted(found)))


def test_every_exception_is_needed() -> None:
    """Each phrase contains an avoided word, and a file of this repository contains the phrase."""
    for file, phrase, _ in words.exceptions():
        assert words.count([(file, phrase)]).excepted, (file, phrase)
        if (TEMPLATE / file).is_file():
            assert phrase in (TEMPLATE / file).read_text("utf-8"), (file, phrase)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Mend it.", 1),
        ("x = 1\n# This is\n# no setting.\n", 2),
        ("def test_it_is_told() -> None: ...", 1),
        ("BUDGET = 1", 1),
    ],
)
def test_a_hit_is_reported_with_its_line(text: str, line: int) -> None:
    """In prose, across the lines of a comment, in names, in any case."""
    (hit,) = words.count([("a.py", text)]).unlisted
    assert str(hit).startswith(f"a.py:{line}: ")
    assert hit.hint


def test_a_hit_in_a_file_name_is_reported() -> None:
    """Its line is 0."""
    (hit,) = words.count([("docs/journal.md", "Log lines.")]).unlisted
    assert hit.line == 0
