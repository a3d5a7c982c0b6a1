"""Strings that break files or are displayed differently are rejected, all others accepted."""

import pytest

from tests.answers.errors import errors_of
from tests.template import FREE_TEXT

CONTROLS = ["\0", "\t", "\n", "\r", "\x1b", "\x7f", "\x85", "\x9f", "\u2028", "\u2029"]
REORDERING = ["\u202a", "\u202e", "\u2066", "\u2069"]
NONCHARACTERS = ["\ufeff", "\ufffe", "\uffff", "\ud800", "\udfff"]
DELIMITERS = ["{{ 7 * 7 }}", "{{", "{% raw %}", "# {% if x %}", "{# hidden #}", "a{#b"]


@pytest.mark.parametrize("question", [*FREE_TEXT, "project_slug", "cors_origins"])
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_jinja_delimiters_are_rejected(question: str, delimiter: str) -> None:
    """`cruft update` would render them."""
    ((named, value, rule),) = errors_of(question, f"x {delimiter}")
    assert (named, value) == (question, f"x {delimiter}")
    assert "Jinja" in rule


@pytest.mark.parametrize("question", [*FREE_TEXT, "project_slug", "cors_origins"])
@pytest.mark.parametrize("character", [*CONTROLS, *REORDERING, *NONCHARACTERS], ids=ascii)
def test_invisible_characters_are_rejected(question: str, character: str) -> None:
    """They break files, or display another string than the file contains."""
    ((named, _, rule),) = errors_of(question, f"a{character}b")
    assert named == question
    assert f"U+{ord(character):04X}" in rule


@pytest.mark.parametrize("question", FREE_TEXT)
@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("", "must not be empty"),
        (" ", "white space"),
        (" Acme", "white space"),
        ("Acme\u00a0", "white space"),
        ("x" * 1001, "must have at most"),
    ],
)
def test_empty_padded_and_long_strings_are_rejected(question: str, value: str, rule: str) -> None:
    """Each with its rule."""
    ((named, _, given),) = errors_of(question, value)
    assert named == question
    assert rule in given


@pytest.mark.parametrize("question", FREE_TEXT)
@pytest.mark.parametrize(
    "value",
    [
        "x" * 200,
        "\"quoted\" \\ and 'so on' `back` $HOME %PATH% </script><!-- -->",
        "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 naïve ÅÄÖ",
        "שלום עולם",
        "مرحبا\u200f بالعالم",
        "日本語のサービス",
        "# [not](a) | {heading}",
    ],
)
def test_strings_of_every_script_are_accepted(question: str, value: str) -> None:
    """Quotes, emoji, right-to-left scripts and 200 characters."""
    assert errors_of(question, value) == []
