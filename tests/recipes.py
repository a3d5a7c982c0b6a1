"""The recipes in the documents of a service, and how a reader applies them.

A recipe is a section of a page in `docs/recipes/`. A line that consists of a path and a colon names
the file of the block below it: a `diff` changes that file, any other block is a new file. The lines
of a `console` block are commands.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SECTION = re.compile(r"^## (.+)\n((?:(?!## ).*\n)*)", re.MULTILINE)
BLOCK = re.compile(r"^(?:`([^`\n]+)`:\n\n)?```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of a recipe: its language, its text, and the path of its file if it has one.

    The path may contain `*` where the name of the file is generated.
    """

    path: str
    language: str
    text: str

    def apply(self, service: Path) -> None:
        """Create or change the file."""
        if self.language == "diff":
            (target,) = service.glob(self.path)
            target.write_text(changed(target.read_text("utf-8"), self.text), "utf-8")
        else:
            target = service / self.path
            if target.exists():
                raise ValueError(f"{self.path} exists: show the change as a diff.")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(self.text, "utf-8")

    def commands(self) -> list[str]:
        """Return the commands of a `console` block."""
        if self.language != "console":
            return []
        return self.text.replace("\\\n", " ").splitlines()


@dataclass(frozen=True)
class Recipe:
    """A recipe: the page and the title of its section, and its blocks."""

    page: str
    title: str
    blocks: tuple[Block, ...]

    def tests(self) -> list[str]:
        """Return the paths of the tests that the recipe adds."""
        return [block.path for block in self.blocks if block.path.startswith("tests/test_")]


def recipes(service: Path) -> Iterator[Recipe]:
    """Yield the recipes of a service."""
    for page in sorted((service / "docs" / "recipes").glob("*.md")):
        for title, text in SECTION.findall(page.read_text("utf-8")):
            blocks = tuple(Block(*found) for found in BLOCK.findall(text))
            yield Recipe(page.name, title, blocks)


def changed(source: str, diff: str) -> str:
    """Apply a diff without line numbers: `@@` separates changes that each fit in one place."""
    for change in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
        lines = change.splitlines(keepends=True)
        if wrong := [line for line in lines if line[0] not in " +-\n"]:
            raise ValueError(f"not a line of a diff: {wrong[0]!r}")
        before = "".join(line[1:] or line for line in lines if line[0] != "+")
        after = "".join(line[1:] or line for line in lines if line[0] != "-")
        if (found := f"\n{source}".count(f"\n{before}")) != 1:
            raise ValueError(f"the lines appear {found} times:\n{before}")
        source = f"\n{source}".replace(f"\n{before}", f"\n{after}")[1:]
    return source
