"""Count avoided wording: the patterns of avoided_words.txt, less the exceptions.

Identifiers count as prose: an underscore separates words like a blank.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PATTERNS = Path(__file__).parent / "avoided_words.txt"
EXCEPTIONS = Path(__file__).parent / "avoided_words_exceptions.txt"
GAP = r"[\s#]+"  # a phrase may continue on the next line of a comment


@dataclass(frozen=True)
class Hit:
    """An avoided wording at a place in a file; line 0 is the file's name."""

    file: str
    line: int
    phrase: str
    context: str
    hint: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.phrase!r} in {self.context!r}; write: {self.hint}"


@dataclass
class Count:
    """The result for a set of files."""

    words: int
    unlisted: list[Hit]
    excepted: list[Hit]

    def __str__(self) -> str:
        total = len(self.unlisted) + len(self.excepted)
        return (
            f"{total} hits ({len(self.excepted)} excepted) in {self.words:,} words:"
            f" {self.rate(self.unlisted + self.excepted):.2f} per 1,000"
        )

    def rate(self, hits: list[Hit]) -> float:
        """Return the number of hits per 1,000 words."""
        return 1000 * len(hits) / self.words


def rows(path: Path, columns: int) -> list[list[str]]:
    """Return the rows of a tab-separated file; raises ValueError for a malformed one."""
    lines = path.read_text("utf-8").splitlines()
    found = [line.split("\t") for line in lines if line and not line.startswith("# ")]
    if wrong := [row for row in found if len(row) != columns or not all(row)]:
        raise ValueError(f"{path.name}: not {columns} columns: {wrong[0]}")
    return found


def patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return each pattern with the wording to use instead."""
    return [
        (re.compile(text.replace(" ", GAP), re.IGNORECASE), hint)
        for text, hint in rows(PATTERNS, 2)
    ]


def exceptions() -> list[tuple[str, str, str]]:
    """Return the file, the phrase with its context, and the reason of each exception."""
    return [(file, phrase, reason) for file, phrase, reason in rows(EXCEPTIONS, 3)]


def count(texts: Iterable[tuple[str, str]]) -> Count:
    """Count the hits in these pairs of a file name and its text."""
    result, compiled, allowed = Count(0, [], []), patterns(), exceptions_by_file()
    for name, text in texts:
        plain = f"{name}\n{text}".replace("_", " ")
        result.words += len(re.findall(r"[A-Za-z']{2,}", text.replace("_", " ")))
        lines = plain.split("\n")
        spans = [
            found.span()
            for phrase in allowed.get(name, ())
            for found in re.finditer(re.escape(phrase.replace("_", " ")), plain)
        ]
        for pattern, hint in compiled:
            for found in pattern.finditer(plain):
                line = plain.count("\n", 0, found.start())
                hit = Hit(name, line, found[0], lines[line].strip(), hint)
                excepted = any(a <= found.start() and found.end() <= b for a, b in spans)
                (result.excepted if excepted else result.unlisted).append(hit)
    return result


def exceptions_by_file() -> Mapping[str, list[str]]:
    """Return the excepted phrases of each file."""
    found: dict[str, list[str]] = {}
    for file, phrase, _ in exceptions():
        found.setdefault(file, []).append(phrase)
    return found
