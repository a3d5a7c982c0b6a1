"""Each benchmark prints its figures and writes its report; no test depends on the results."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template import TEMPLATE

SECONDS = 300


def run(module: str, results: Path, *arguments: str) -> tuple[list[str], str]:
    """Run a benchmark for one short round; return the lines that it prints and its report."""
    if shutil.which("wrk") is None and module in {"bench", "frameworks", "scale"}:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs wrk")
    short = ["--rounds", "1", "--results", str(results)]
    short += [] if module == "bake" else ["--seconds", "0.2"]
    printed = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *short, *arguments],
        cwd=TEMPLATE,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        timeout=SECONDS,
    ).stdout
    return printed.splitlines(), results.read_text(encoding="utf-8")


@pytest.mark.install
def test_the_cost_of_the_controls_is_measured(tmp_path: Path) -> None:
    """One line for each call: requests per second of bare Flask and of the service, the share."""
    printed, results = run("bench", tmp_path / "RESULTS.md", "--sqlite-only")
    calls = [
        line for line in printed if re.fullmatch(r"(GET|POST) \S+( +[\d,]+){2} +\d+\.\d\d", line)
    ]
    assert len(calls) == 4  # one of them with a token
    assert "bearer token" in results
    assert "spread" in results


@pytest.mark.install
@pytest.mark.exhaustive
def test_frameworks_are_compared(tmp_path: Path) -> None:
    """The report has a row for each, and the plot shows each."""
    peer = "Litestar on granian"
    printed, results = run("frameworks", tmp_path / "RESULTS.md", "--peers", peer)
    for subject in ("bare Flask", "this service", peer):
        assert any(line.startswith(f"| {subject} |") for line in printed)
        assert f"| {subject} |" in results
        assert f">{subject}<" in (tmp_path / "RESULTS.svg").read_text(encoding="utf-8")


@pytest.mark.install
@pytest.mark.exhaustive
@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of processes from /proc")
def test_load_and_amount_of_data_are_measured(tmp_path: Path) -> None:
    """The parts that need one rendered service."""
    parts = ("--parts", "latency", "sizes", "start", "--sizes", "1000")
    _, results = run("scale", tmp_path / "RESULTS.md", *parts)
    for figure in ("p99.9", "connections per second", "memory, MiB", "1,000 callers", "start"):
        assert figure in results


@pytest.mark.install
@pytest.mark.exhaustive
def test_layers_are_measured(tmp_path: Path) -> None:
    """A row for each layer of the pipeline, and the sum."""
    _, results = run("layers", tmp_path / "RESULTS.md")
    for row in ("middleware", "limits.by_address", "authentication.authenticate", "view", "total"):
        assert f"| {row} |" in results


def test_bakes_are_measured(tmp_path: Path) -> None:
    """The output is one line for each of three templates."""
    printed, results = run("bake", tmp_path / "RESULTS.md")
    assert len(printed) == 3
    assert "| this template |" in results
