"""Show what a change of the template does to the services: `make diff REF=main`.

Every variant is baked twice, with the template as it was at the reference and as it stands now;
where only one of them has it, it is new or gone. What differs in the same way in several variants
is shown once, under the variants that have it.
"""

import difflib
import io
import itertools
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.template import DEFAULTS, TEMPLATE, choices, label, variants

Files = dict[str, str]
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
        found = list(variants(choices(before)))
        found += [answers for answers in variants(choices(TEMPLATE)) if answers not in found]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            old = pool.map(rendered, found, itertools.repeat(before))
            new = pool.map(rendered, found, itertools.repeat(TEMPLATE))
            report(found, list(old), list(new))
    return None


def git(*command: str) -> bytes:
    """Return what git prints."""
    return subprocess.run(["git", *command], cwd=TEMPLATE, check=True, capture_output=True).stdout


def rendered(answers: Mapping[str, str], template: Path) -> Files | None:
    """Give the files of a service but for its secrets; None where the template has no such one."""
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
        return {
            name: path.read_text("utf-8", errors="replace")
            for name, path in paths.items()
            if path.is_file() and name != ".env" and not name.startswith("certs/")
        }


def report(
    found: Sequence[Mapping[str, str]], old: Sequence[Files | None], new: Sequence[Files | None]
) -> None:
    """Print the variants that came and went, and each change once, under those that have it."""
    stayed: list[Mapping[str, str]] = []
    having: dict[tuple[str, str], list[int]] = {}
    for answers, before, after in zip(found, old, new, strict=True):
        if before is None or after is None:
            print(f"{'new' if before is None else 'gone'}: {label(answers)}")
            continue
        for change in changes(before, after):
            having.setdefault(change, []).append(len(stayed))
        stayed.append(answers)
    groups: dict[tuple[int, ...], list[tuple[str, str]]] = {}
    for change, numbers in sorted(having.items()):
        groups.setdefault(tuple(numbers), []).append(change)
    for group, changed in sorted(groups.items(), key=lambda pair: -len(pair[0])):
        print(f"\n{named(group, stayed)}")
        for name, lines in changed:
            print(f"  {name}")
            print("".join(f"    {line}\n" for line in lines.splitlines()), end="")
    if not groups and len(stayed) == len(found):
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


def named(group: Iterable[int], variants: Sequence[Mapping[str, str]]) -> str:
    """Name variants by the answer that they share with no other, or one by one."""
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
