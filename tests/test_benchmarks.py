"""The benchmarks run; no test depends on their results."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.template import TEMPLATE


def figures(module: str, *arguments: str) -> str:
    """Run a benchmark for one round and return its output."""
    return subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", "--rounds", "1", *arguments],
        cwd=TEMPLATE,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ).stdout


@pytest.mark.install
def test_requests_are_measured() -> None:
    """The output is a header and one line for each of three endpoints."""
    if shutil.which("wrk") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs wrk")
    assert len(figures("bench", "--seconds", "1").splitlines()) == 4


def test_bakes_are_measured() -> None:
    """The output is one line for each of three templates."""
    assert len(figures("bake").splitlines()) == 3
