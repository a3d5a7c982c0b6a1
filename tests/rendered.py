"""Show what a change of the template does to the services: `make diff REF=main`.

Every variant is baked twice, with the template as it was at the reference and as it stands now.
What differs in the same way in several variants is shown once, under the variants that have it.
"""

import difflib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.template import CHOICES, DEFAULTS, TEMPLATE, label, variants

VARIANTS = list(variants())
LINES = 12  # of each change


def main(reference: str) -> str | None:
    """Print the changes since this branch left the reference; return what is wrong with it."""
    with tempfile.TemporaryDirectory(prefix="diff-") as name:
        before = Path(name) / "template"
        try:
            base = git("merge-base", "--", reference, "HEAD").decode().strip()
        except subprocess.CalledProcessError:
            return f"git knows no common commit with {reference}"
        with tarfile.open(fileobj=io.BytesIO(git("archive", "--format=tar", base))) as tar:
            tar.extractall(before, filter="data")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            old = pool.map(rendered, VARIANTS, [before] * len(VARIANTS))
            new = pool.map(rendered, VARIANTS, [TEMPLATE] * len(VARIANTS))
            report(list(old), list(new))
    return None


def git(*command: str) -> bytes:
    """Return what git prints."""
    return subprocess.run(["git", *command], cwd=TEMPLATE, check=True, capture_output=True).stdout


def rendered(answers: Mapping[str, str], template: Path) -> dict[str, str] | None:
    """Give the files of a service but for its secrets; None where the template has no such one."""
    known = json.loads((template / "cookiecutter.json").read_text("utf-8"))
    if any(answer not in known.get(question, []) for question, answer in answers.items()):
        return None
    given = [f"{question}={answer}" for question, answer in answers.items()]
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input"]
    with tempfile.TemporaryDirectory(prefix="diff-") as folder:
        options = ["--default-config", "--output-dir", folder]
        subprocess.run([*command, *options, *given], check=True, stdout=subprocess.DEVNULL)
        (service,) = Path(folder).iterdir()
        paths = {path.relative_to(service).as_posix(): path for path in service.rglob("*")}
        return {
            name: path.read_text("utf-8", errors="replace")
            for name, path in paths.items()
            if path.is_file() and name != ".env" and not name.startswith("certs/")
        }


def report(old: list[dict[str, str] | None], new: list[dict[str, str] | None]) -> None:
    """Print each change once, under the variants that have it."""
    having: dict[tuple[str, str], list[int]] = {}
    for number, (before, after) in enumerate(zip(old, new, strict=True)):
        if before is None:
            print(f"new: {label(VARIANTS[number])}")
        else:
            for change in changes(before, after or {}):
                having.setdefault(change, []).append(number)
    groups: dict[tuple[int, ...], list[tuple[str, str]]] = {}
    for change, numbers in sorted(having.items()):
        groups.setdefault(tuple(numbers), []).append(change)
    for group, found in sorted(groups.items(), key=lambda pair: -len(pair[0])):
        print(f"\n{named(group)}")
        for name, lines in found:
            print(f"  {name}")
            print("".join(f"    {line}\n" for line in lines.splitlines()), end="")
    if not groups:
        print("no service changes")


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Give the files that differ, each with the first of the lines that went and came."""
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"- {name}", ""
        elif name not in before:
            yield f"+ {name}  {after[name].count(chr(10))} lines", ""
        elif before[name] != after[name]:
            old, new = before[name].splitlines(), after[name].splitlines()
            lines = [
                line
                for line in difflib.unified_diff(old, new, lineterm="", n=0)
                if not line.startswith(("---", "+++", "@@"))
            ]
            more = [f"... {len(lines) - LINES} lines more"] if len(lines) > LINES else []
            yield f"  {name}", "\n".join(lines[:LINES] + more)


def named(group: Iterable[int]) -> str:
    """Name variants by the answer that they share with no other, or one by one."""
    numbers = set(group)
    if len(numbers) == len(VARIANTS):
        return f"every variant ({len(numbers)})"
    full = [{**DEFAULTS, **answers} for answers in VARIANTS]
    for question, choices in CHOICES.items():
        for choice in choices:
            if numbers == {n for n, answers in enumerate(full) if answers[question] == choice}:
                return f"{question}={choice} ({len(numbers)})"
    return ", ".join(label(VARIANTS[number]) for number in sorted(numbers))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
