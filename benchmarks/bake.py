"""Print the time of a bake as a multiple of the time of an empty template.

Each bake is a whole process. Three templates are compared: this one with its defaults, hooks and
certificates; an empty one without hooks; and the rendered service used as a template, which gives
the same tree without hooks.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from importlib.metadata import version
from pathlib import Path

from benchmarks import report
from benchmarks.rounds import interleaved
from tests.services import bake
from tests.template import TEMPLATE


def main(rounds: int, results: Path) -> None:
    """Bake all three alternately, print the medians, and write the section of the report."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        templates = {
            "empty template": empty(folder / "empty"),
            "same tree, no hooks": same_tree(folder / "same"),
            "this template": TEMPLATE,
        }
        found = interleaved(
            {what: partial(timed, path, folder / "out") for what, path in templates.items()}, rounds
        )
    least = found["empty template"].median
    rows = []
    for what, measured in found.items():
        figures = (f"{measured.median * 1000:.0f} ms", f"{measured.median / least:.2f}")
        print(f"{what:20} {figures[0]:>9} {figures[1]:>6}")
        rows.append((what, *figures, measured.spread))
    conditions = report.conditions(
        f"Medians of {rounds} interleaved rounds.", {"Cookiecutter": version("cookiecutter")}
    )
    shown = report.table(("", "time", "ratio", "spread"), rows)
    report.write(results, "bench-bake", [conditions, shown])


def timed(template: Path, out: Path) -> float:
    """Return the duration of one bake in seconds, including the start of Python."""
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input", "-o", str(out)]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.perf_counter() - start
    shutil.rmtree(out)
    return seconds


def empty(template: Path) -> Path:
    """Create a template that renders one line."""
    root = template / "{{cookiecutter.project_slug}}"
    root.mkdir(parents=True)
    (root / "README.md").write_text("{{ cookiecutter.project_slug }}\n", encoding="utf-8")
    return with_one_question(template)


def same_tree(template: Path) -> Path:
    """Create a template from the files of the rendered default service."""
    template.mkdir()
    service = bake(template, {})
    service.rename(template / "{{cookiecutter.project_slug}}")
    return with_one_question(template)


def with_one_question(template: Path) -> Path:
    """Add a cookiecutter.json with the one question that Cookiecutter needs."""
    root = template / "{{cookiecutter.project_slug}}"
    # Python files, which the real template does not render either, and templates of other tools.
    copied = ["*.py"] + [
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file()
        and path.name != "README.md"
        and any(mark in path.read_bytes() for mark in (b"{{", b"{%", b"{#"))
    ]
    questions = {"project_slug": "acme-api", "_copy_without_render": copied}
    (template / "cookiecutter.json").write_text(json.dumps(questions), encoding="utf-8")
    return template


if __name__ == "__main__":
    given = report.arguments(__doc__, rounds=15).parse_args()
    main(given.rounds, given.results)
