"""Regenerate the documents that services derive from their code, for all variants: `make docs`.

Each variant is rendered and runs its own `dev/documents.py`. A document that differs between
auth styles becomes one file per style, with a suffix; lines that differ by another answer are put
into a Jinja condition. The test suites of the services compare the documents with the code.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from difflib import SequenceMatcher
from pathlib import Path

from tests.services import UV, bake
from tests.template import CHOICES, SERVICE

Texts = dict[str, str]
LIMITERS = CHOICES["limiter_backend"]
DATABASES = ("sqlite", "postgresql")
GENERATE = """
import json, wsgi
from dev import documents
print(json.dumps(documents.documents(wsgi.create_app())))
"""
GENERATED = (
    "docs/errors.md",
    "docs/events.md",
    "docs/security.md",
    "docs/settings.md",
    "tests/snapshots/openapi.json",
    "tests/snapshots/policy.txt",
)


def main(python: str = "") -> None:
    """Render every variant, generate its documents and write them into the template."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            names = list(variants())
            folders = [root / "-".join(answers) for answers in names]
            services = list(pool.map(bake, folders, map(named, names)))
            python = python or environment(root / "environment", services)
            generated = dict(
                zip(names, pool.map(documents, services, itertools.repeat(python)), strict=False)
            )
    for name in GENERATED:
        place(name, {style: of_style(style, name, generated) for style in CHOICES["auth_style"]})


def of_style(style: str, name: str, generated: Mapping[tuple[str, ...], Texts]) -> str:
    """Return the document of an auth style, with conditions for the other answers."""
    by_limiter = {limiter: generated[style, limiter, "sqlite"][name] for limiter in LIMITERS}
    merged = merged_over("limiter_backend", by_limiter)
    # PostgreSQL changes or adds the same lines with every limiter storage.
    old, new = (generated[style, "memory", database][name].splitlines() for database in DATABASES)
    changed: dict[str, list[str]] = {}
    for tag, start, end, new_start, new_end in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "insert":
            changed[old[start - 1]] = [old[start - 1], *new[new_start:new_end]]
        elif tag == "replace":
            for index in range(start, end - 1):
                changed[old[index]] = [new[new_start + index - start]]
            changed[old[end - 1]] = new[new_start + end - 1 - start : new_end]
    lines = (line for each in merged.splitlines() for line in changed.get(each, [each]))
    elsewhere = "\n".join(lines) + "\n"
    return merged_over("database", {"sqlite": merged, "postgresql": elsewhere})


def variants() -> Iterator[tuple[str, ...]]:
    """Yield the auth style, limiter and database of each variant that is rendered."""
    others = [*((limiter, "sqlite") for limiter in LIMITERS), ("memory", "postgresql")]
    for style, other in itertools.product(CHOICES["auth_style"], others):
        yield (style, *other)


def named(answers: Sequence[str]) -> dict[str, str]:
    """Return the answers by question."""
    return dict(zip(("auth_style", "limiter_backend", "database"), answers, strict=True))


def environment(folder: Path, services: Iterable[Path]) -> str:
    """Install the dependencies of all these services; return the path of that Python."""
    subprocess.run([UV, "venv", "--quiet", str(folder)], check=True)
    install = [UV, "pip", "install", "--quiet", "--python", str(folder)]
    for service in services:
        install += ["--requirements", str(service / "pyproject.toml")]
    subprocess.run(install, check=True)
    return str(folder / "bin" / "python")


def documents(service: Path, python: str) -> Texts:
    """Return the documents that a service's own script generates."""
    done = subprocess.run(
        [python, "-c", GENERATE],
        cwd=service,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={"PYTHONPATH": str(service), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    texts: Texts = json.loads(done.stdout.splitlines()[-1])
    return texts


def merged_over(question: str, texts: Mapping[str, str]) -> str:
    """Merge documents into one; lines that not all answers share are put into a condition."""
    lines = {answer: text.splitlines() for answer, text in texts.items()}
    first, *others = lines.values()
    # The lines that all texts share: the index in the first text, and in each text.
    kept = {index: [index] for index in range(len(first))}
    for other in others:
        found = {
            a + n: b + n
            for a, b, size in SequenceMatcher(
                None, first, other, autojunk=False
            ).get_matching_blocks()
            for n in range(size)
        }
        kept = {index: [*places, found[index]] for index, places in kept.items() if index in found}
    result: list[str] = []
    at = [0] * len(lines)
    for places in [*kept.values(), [len(each) for each in lines.values()]]:
        own = {
            answer: tuple(each[start:end])
            for (answer, each), start, end in zip(lines.items(), at, places, strict=True)
        }
        result += conditional(question, own)
        if places[0] < len(first):
            result.append(first[places[0]])
        at = [place + 1 for place in places]
    return "\n".join(result) + "\n"


def conditional(question: str, own: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return each answer's lines in a condition; answers with the same lines share one."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for answer, lines in own.items():
        groups.setdefault(lines, []).append(answer)
    groups.pop((), None)
    result = []
    for number, (lines, answers) in enumerate(groups.items()):
        test = f'== "{answers[0]}"' if len(answers) == 1 else f"in {json.dumps(answers)}"
        result += [f"# {{% {'elif' if number else 'if'} cookiecutter.{question} {test} %}}", *lines]
    return [*result, "# {% endif %}"] if result else []


def place(name: str, by_style: Mapping[str, str]) -> None:
    """Write a document, as one file for all auth styles that share it."""
    path = SERVICE / name.replace("tests/", "tests@always/", 1)
    for old in (path, *path.parent.glob(f"{path.stem}@*{path.suffix}")):
        old.unlink(missing_ok=True)
    groups: dict[str, list[str]] = {}
    for style, text in by_style.items():
        groups.setdefault(text, []).append(style)
    for text, styles in groups.items():
        suffix = "" if len(groups) == 1 else "@" + "+".join(styles)
        target = path.with_name(f"{path.stem}{suffix}{path.suffix}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8", newline="\n")
        print(f"wrote {target.relative_to(SERVICE)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
