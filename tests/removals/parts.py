"""The parts of a service that an owner can remove, as its documents describe."""

import re
import shutil
from pathlib import Path

EXAMPLE = ("dev.resource", "--remove", "items")
ROW = re.compile(r"^\| (.+?) \| (`.+`) \| [^`]*`(.+?)`,? in `(.+?)` \|$", re.MULTILINE)
# The tests that read the files, registrations and documents of all parts.
RELATED = ("docs", "dev", "commands", "endpoints", "openapi", "observability", "test_imports.py")


def parts(service: Path) -> dict[str, tuple[list[str], str, str]]:
    """Return the optional parts that a service's document lists.

    Each has the paths to delete, the line to delete, and the file that contains this line.
    """
    text = (service / "docs" / "development.md").read_text("utf-8")
    return {
        name: (re.findall("`(.+?)`", paths), line, file)
        for name, paths, line, file in ROW.findall(text)
    }


def remove(service: Path, name: str) -> None:
    """Delete the paths and the line of a part."""
    paths, text, file = parts(service)[name]
    for path in paths:
        target = service / path
        shutil.rmtree(target) if target.is_dir() else target.unlink()
    lines = (service / file).read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if text not in line]
    assert len(kept) == len(lines) - 1
    (service / file).write_text("".join(kept), "utf-8")


def related() -> list[str]:
    """Return the paths of the related tests."""
    return [f"tests/core/{name}" for name in RELATED]
