"""Show how a change of the template changes the rendered services: `make diff REF=main`.

Every variant is rendered twice, with the template at the merge base of the reference and with the
current one. A variant that only one of them has is reported as new or gone. A difference that
several variants share is printed once, under the names of these variants.
"""

import difflib
import io
import itertools
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.template import DEFAULTS, TEMPLATE, choices, label, variants

Files = dict[str, str]
MAX_LINES = 12  # of each change
TEMPLATE_COMMIT = re.compile(r"^template_commit = .*\n", re.MULTILINE)


def main(reference: str) -> str | None:
    """Print the changes since the merge base; return an error message for an invalid reference."""
    with tempfile.TemporaryDirectory(prefix="diff-") as name:
        before = Path(name) / "template"
        try:
            base = git("merge-base", "--", reference, "HEAD").decode().strip()
        except subprocess.CalledProcessError:
            return f"Invalid reference {reference!r}: git finds no common commit with HEAD."
        with tarfile.open(fileobj=io.BytesIO(git("archive", "--format=tar", base))) as tar:
            tar.extractall(before, filter="data")
        found = list(variants(choices(before)))
        found += [answers for answers in variants(choices(TEMPLATE)) if answers not in found]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            old = pool.map(rendered, found, itertools.repeat(before))
            new = pool.map(rendered, found, itertools.repeat(TEMPLATE))
            report(found, list(old), list(new))
    return None


def git(*command: str) -> bytes:
    """Return the output of a git command."""
    return subprocess.run(["git", *command], cwd=TEMPLATE, check=True, capture_output=True).stdout


def rendered(answers: Mapping[str, str], template: Path) -> Files | None:
    """Return a service's files without secrets; None if the template lacks one of the answers."""
    known = choices(template)
    if any(answer not in known.get(question, []) for question, answer in answers.items()):
        return None
    given = [f"{question}={answer}" for question, answer in answers.items()]
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input"]
    with tempfile.TemporaryDirectory(prefix="diff-") as folder:
        options = ["--default-config", "--output-dir", folder]
        done = subprocess.run([*command, *options, *given], capture_output=True, encoding="utf-8")
        if done.returncode:
            sys.exit(f"{label(answers)}: {done.stderr}")
        (service,) = Path(folder).iterdir()
        paths = {path.relative_to(service).as_posix(): path for path in service.rglob("*")}
        # Every service records the commit of its template.
        return {
            name: TEMPLATE_COMMIT.sub("", path.read_text("utf-8", errors="replace"))
            for name, path in paths.items()
            if path.is_file() and name != ".env" and not name.startswith("certs/")
        }


def report(
    found: Sequence[Mapping[str, str]], old: Sequence[Files | None], new: Sequence[Files | None]
) -> None:
    """Print new and removed variants, and each change once, under the variants that share it."""
    common: list[Mapping[str, str]] = []
    variants_by_change: dict[tuple[str, str], list[int]] = {}
    for answers, before, after in zip(found, old, new, strict=True):
        if before is None or after is None:
            print(f"{'new' if before is None else 'gone'}: {label(answers)}")
            continue
        for change in changes(before, after):
            variants_by_change.setdefault(change, []).append(len(common))
        common.append(answers)
    groups: dict[tuple[int, ...], list[tuple[str, str]]] = {}
    for change, numbers in sorted(variants_by_change.items()):
        groups.setdefault(tuple(numbers), []).append(change)
    for group, changed in sorted(groups.items(), key=lambda pair: -len(pair[0])):
        print(f"\n{named(group, common)}")
        for name, lines in changed:
            print(f"  {name}")
            print("".join(f"    {line}\n" for line in lines.splitlines()), end="")
    if not groups and len(common) == len(found):
        print("no service changes")


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Yield each file that differs, with the first of its removed and added lines."""
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
            more = [f"... {len(lines) - MAX_LINES} more lines"] if len(lines) > MAX_LINES else []
            yield f"  {name}", "\n".join(lines[:MAX_LINES] + more)


def named(group: Iterable[int], variants: Sequence[Mapping[str, str]]) -> str:
    """Return the answer that exactly these variants share, or else their names."""
    numbers = set(group)
    if len(numbers) == len(variants):
        return f"every variant ({len(numbers)})"
    full = [{**DEFAULTS, **answers} for answers in variants]
    for question, choice in full[min(numbers)].items():
        if numbers == {n for n, answers in enumerate(full) if answers.get(question) == choice}:
            return f"{question}={choice} ({len(numbers)})"
    return ", ".join(label(variants[number]) for number in sorted(numbers))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
