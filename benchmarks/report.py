"""The report of the benchmarks, RESULTS.md: each command replaces its own section."""

import argparse
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.services import UV
from tests.template import TEMPLATE

RESULTS = Path(__file__).parent / "RESULTS.md"
SECTIONS = {
    "bench": "Cost of the controls",
    "bench-bake": "Time of a bake",
    "bench-peers": "Other frameworks with equal features",
    "bench-scale": "Scale",
    "bench-layers": "Cost of each layer",
}
INTRODUCTION = """\
# Results

The benchmark commands write this file; do not edit it. Absolute figures depend on the machine,
ratios much less. `README.md` describes what each command measures.
"""


def arguments(
    description: str | None, rounds: int, seconds: float | None = None
) -> argparse.ArgumentParser:
    """Return a parser with the options that all benchmarks have."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=rounds)
    if seconds is not None:
        parser.add_argument("--seconds", type=float, default=seconds, help="for each measurement")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file to write")
    return parser


def write(file: Path, command: str, parts: Iterable[str]) -> None:
    """Replace the section of a command, and keep those of the others."""
    try:
        existing = re.split(r"^(?=## )", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    except FileNotFoundError:
        existing = []
    sections = {part.splitlines()[0]: part.strip() + "\n" for part in existing}
    heading = f"## {SECTIONS[command]}"
    sections[heading] = "\n\n".join((heading, f"From `make {command}`.", *parts)) + "\n"
    ordered = [
        sections[heading]
        for heading in (f"## {title}" for title in SECTIONS.values())
        if heading in sections
    ]
    file.write_text("\n".join((INTRODUCTION, *ordered)), encoding="utf-8")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are aligned to the right."""
    lines = ["| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def method(rounds: int, seconds: float, connections: int) -> str:
    """Return the sentence about measurements with wrk."""
    return (
        f"Medians of {rounds} interleaved rounds of {seconds:g} s with wrk and {connections} "
        "connections over HTTPS; the spread is the highest less the lowest result."
    )


def conditions(measured: str, versions: Mapping[str, str]) -> str:
    """Return one paragraph: how, when and where the figures of a section were measured."""
    software = ", ".join(f"{name} {number}" for name, number in versions.items())
    return (
        f"{measured} Measured on {datetime.now(UTC):%Y-%m-%d}, commit {commit()}, {machine()}, "
        f"Python {platform.python_version()}, {software}."
    )


def machine() -> str:
    """Return the processor, the number of cores and the memory, without the machine's name."""
    processor = platform.machine()
    cpus = Path("/proc/cpuinfo")
    if cpus.exists() and (
        model := re.search(r"^model name\s*: (.+)$", cpus.read_text(encoding="utf-8"), re.MULTILINE)
    ):
        processor = model[1]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}"


def commit() -> str:
    """Return the short hash of the checked-out commit, or ``unknown`` outside a repository."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        cwd=TEMPLATE,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    return done.stdout.strip() or "unknown"


def versions(service: Path, *names: str) -> dict[str, str]:
    """Return the versions of packages in a service's environment, which uv creates if missing."""
    code = "import importlib.metadata, sys; print(*map(importlib.metadata.version, sys.argv[1:]))"
    printed = subprocess.run(
        [UV, "run", "--quiet", "python", "-c", code, *names],
        cwd=service,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ).stdout
    return dict(zip(names, printed.split(), strict=True))
