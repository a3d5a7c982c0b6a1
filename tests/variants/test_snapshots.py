"""The names of the files of every variant match the snapshots."""

import os
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.template import CHOICES
from tests.variants.files import files

SNAPSHOTS = Path(__file__).parent.parent / "snapshots"


@pytest.mark.parametrize("database", CHOICES["database"])
@pytest.mark.parametrize("auth_style", CHOICES["auth_style"])
def test_the_file_tree_matches_the_snapshot(bake: Bake, auth_style: str, database: str) -> None:
    """The snapshots show which files a change adds or removes; `make snapshots` updates them."""
    base = {"auth_style": auth_style, "limiter_backend": "memory", "database": database}
    found: dict[str, dict[str, list[str]]] = {}
    for question in CHOICES.keys() - {"auth_style", "database"}:
        for answer in CHOICES[question]:
            for name in files(bake({**base, question: answer})):
                found.setdefault(name, {}).setdefault(question, []).append(answer)
    lines = []
    for name in sorted(found):
        only = [
            answer
            for question in CHOICES
            if (answers := found[name].get(question, [])) != CHOICES[question]
            for answer in answers
        ]
        # A file of one answer only is missing when another question varies.
        lines.append(f"{name}  ({', '.join(only)})" if only else name)
    tree = "\n".join(lines) + "\n"
    snapshot = SNAPSHOTS / f"{auth_style}-{database}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_text(tree, "utf-8", newline="\n")
    assert snapshot.read_text("utf-8") == tree


def test_there_is_one_snapshot_per_style_and_database() -> None:
    """No snapshot of a removed answer is left."""
    expected = {f"{s}-{d}.txt" for s in CHOICES["auth_style"] for d in CHOICES["database"]}
    assert {path.name for path in SNAPSHOTS.iterdir()} == expected
