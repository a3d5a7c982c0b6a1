"""Write the documents that come from a service's code into the template, for all variants.

`make docs` runs this. Variants are baked and each runs its own `scripts/documents.py`. A document
that differs between auth styles becomes a marked file for each; within one, lines that belong to
some answers stand in a condition. The variants' own tests then hold it against their code.
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
WRITTEN = "import documents, wsgi, json; print(json.dumps(documents.documents(wsgi.create_app())))"
GENERATED = (
    "docs/errors.md",
    "docs/security.md",
    "docs/settings.md",
    "tests/snapshots/openapi.json",
    "tests/snapshots/policy.txt",
)


def main(python: str = "") -> None:
    """Bake every variant and bring back what each says of itself."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with ThreadPoolExecutor(os.cpu_count()) as at_once:
            names = list(variants())
            folders = [root / "-".join(answers) for answers in names]
            services = list(at_once.map(bake, folders, map(named, names)))
            python = python or environment(root / "environment", services)
            said = dict(
                zip(names, at_once.map(documents, services, itertools.repeat(python)), strict=False)
            )
    for name in GENERATED:
        place(name, {style: of_style(style, name, said) for style in CHOICES["auth_style"]})


def of_style(style: str, name: str, said: Mapping[tuple[str, ...], Texts]) -> str:
    """Return the document of an auth style, with conditions for the other answers."""
    by_limiter = {limiter: said[style, limiter, "sqlite"][name] for limiter in LIMITERS}
    merged = merged_over("limiter_backend", by_limiter)
    # A database changes a line or another, and the same whatever the limiter is.
    lines = (said[style, "memory", database][name].splitlines() for database in DATABASES)
    changed = {old: new for old, new in zip(*lines, strict=True) if old != new}
    elsewhere = "\n".join(changed.get(line, line) for line in merged.splitlines()) + "\n"
    return merged_over("database", {"sqlite": merged, "postgresql": elsewhere})


def variants() -> Iterator[tuple[str, ...]]:
    """Give auth style, limiter and database of each variant that is looked at."""
    others = [*((limiter, "sqlite") for limiter in LIMITERS), ("memory", "postgresql")]
    for style, other in itertools.product(CHOICES["auth_style"], others):
        yield (style, *other)


def named(answers: Sequence[str]) -> dict[str, str]:
    """Give the answers by their questions."""
    return dict(zip(("auth_style", "limiter_backend", "database"), answers, strict=True))


def environment(folder: Path, services: Iterable[Path]) -> str:
    """Install what any of the services needs, and return the Python that has it."""
    subprocess.run([UV, "venv", "--quiet", str(folder)], check=True)
    install = [UV, "pip", "install", "--quiet", "--python", str(folder)]
    for service in services:
        install += ["--requirements", str(service / "pyproject.toml")]
    subprocess.run(install, check=True)
    return str(folder / "bin" / "python")


def documents(service: Path, python: str) -> Texts:
    """Return the documents of a service, as its own script writes them."""
    done = subprocess.run(
        [python, "-c", WRITTEN],
        cwd=service,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={"PYTHONPATH": f"{service}:{service / 'scripts'}", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    texts: Texts = json.loads(done.stdout.splitlines()[-1])
    return texts


def merged_over(question: str, texts: Mapping[str, str]) -> str:
    """Return one text in which the lines of some answers stand in a condition."""
    lines = {answer: text.splitlines() for answer, text in texts.items()}
    first, *others = lines.values()
    # Where all texts agree: the index of the line in the first, and in each.
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
    """Return the lines of each answer in a condition of their own; answers that agree share one."""
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
    """Write a document; one file for the auth styles that have the same."""
    path = SERVICE / name
    for old in (path, *path.parent.glob(f"{path.stem}@*{path.suffix}")):
        old.unlink(missing_ok=True)
    groups: dict[str, list[str]] = {}
    for style, text in by_style.items():
        groups.setdefault(text, []).append(style)
    for text, styles in groups.items():
        mark = "" if len(groups) == 1 else "@" + "+".join(styles)
        target = path.with_name(f"{path.stem}{mark}{path.suffix}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8", newline="\n")
        print(f"wrote {target.relative_to(SERVICE)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
