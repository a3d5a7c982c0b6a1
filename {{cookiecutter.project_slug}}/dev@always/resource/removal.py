"""Remove a resource: its package, tests, migration, scopes, and the lines that mention it in documents.

Everything is checked before anything is changed.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .. import ROOT, service
from ..documents import GENERATED
from . import checks, interruption, migration, source_edits
from .parts import Resource

# The line of README.md for a new resource, and that for the example. If the owner changed it, it is listed instead of
# removed.
README_LINE = "| `{package}/{name}/` | the resource at `/api/v1/{name}` |\n"
EXAMPLE_LINE = (
    "| `{package}/{name}/` | the example resource, to be copied; "
    "`uv run python -m dev.resource --remove {name}` removes it |\n"
)
RECIPES = "docs/recipes/"  # show changes of any resource; they use the example, removed or not
DOCUMENTS = (
    "*.md",
    "*.toml",
    "*.yml",
    "Makefile",
    ".env*",
    "docs/**/*.md",
    "docs/**/*.toml",
    "ops/**/*.*",
)


def remove(name: str) -> None:
    """Remove a registered resource; exit with the reason if that is not possible."""
    resource = Resource(Path(service.application().root_path), name)
    if problem := next(checks.problems(resource), None):
        sys.exit(problem)
    edited = edits(resource)
    deletable = migration.deletable(resource)
    service.flask("db", "upgrade")
    if deletable:
        service.flask("db", "downgrade", deletable.before)
        print(f"Reverted the migration {deletable.file.name} in the development database")
    elif migration.exists(resource):
        service.flask("db", "check")

    interruption.ignore()  # until no file refers to a deleted one
    for path in [*resource.paths(), *([deletable.file] if deletable else [])]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        print(f"Removed {path.relative_to(ROOT).as_posix()}")
    for path, text in edited.items():
        path.write_text(text, "utf-8", newline="\n")
        print(f"Changed {path.relative_to(ROOT).as_posix()}", flush=True)
    interruption.exit_at_signals()
    run("ruff", "format", "--quiet", *(str(path) for path in edited if path.suffix == ".py"))
    if resource.tables() and not deletable:
        run("flask", "db", "revision", f"drop {name}")
        run("flask", "db", "upgrade")
    run("dev.documents")

    if lines := list(mentions(resource)):
        print(f"\nThese lines may refer to {name}. Change them by hand:", *lines, sep="\n  ")
    if deletable:
        print(
            "\nOther databases may contain the migration. Before you deploy this version to one of them, run there,"
            f"\nwith the version that is deployed now:\n  flask db downgrade {deletable.before}"
        )


def edits(resource: Resource) -> dict[Path, str]:
    """Return the new content of the files that register or describe the resource; exit if one cannot be edited."""
    init, scopes, readme = resource.package / "__init__.py", resource.package / "scopes.py", ROOT / "README.md"
    described = readme.read_text("utf-8")
    for line in (README_LINE, EXAMPLE_LINE):
        described = described.replace(line.format(package=resource.package.name, name=resource.name), "")
    edited = {
        init: source_edits.without_name(init.read_text("utf-8"), resource.name),
        scopes: source_edits.without_strings(scopes.read_text("utf-8"), f"{resource.name}:"),
        readme: described,
    }
    remaining = {
        init: source_edits.lines_with_name(edited[init], resource.name),
        scopes: source_edits.lines_with_string(edited[scopes], f"{resource.name}:"),
    }
    for path, numbers in remaining.items():
        if numbers:
            sys.exit(f"{path.relative_to(ROOT)} uses {resource.name} outside of lists and dicts. Remove that first.")
    return {path: text for path, text in edited.items() if path.read_text("utf-8") != text}


def mentions(resource: Resource) -> Iterator[str]:
    """Yield each line of a document, a settings file or other code that contains the name as a path or a scope."""
    name = re.escape(resource.name)
    pattern = re.compile(rf"/{name}\b|\b{name}[:/]\w|`{name}/?`")
    documents = {path for each in DOCUMENTS for path in ROOT.glob(each) if path.is_file()}
    for path in sorted(documents | checks.other_files(resource)):
        document = path.relative_to(ROOT).as_posix()
        if document not in GENERATED and not document.startswith(RECIPES):
            for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
                if pattern.search(line):
                    shown = "" if document == ".env" else f": {line.strip()[:100]}"  # .env contains secrets
                    yield f"{document}:{number}{shown}"


def run(module: str, *arguments: str) -> None:
    """Run a Python module in a new process, which imports the changed files; exit if it fails."""
    if subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode:
        sys.exit(f"`python -m {' '.join((module, *arguments))}` failed. Fix the error above, and run it again.")
