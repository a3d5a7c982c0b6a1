"""The benchmarks run; what they find is never a test."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.template import TEMPLATE


def figures(module: str, *arguments: str) -> str:
    """Run one for as short as it goes and return what it prints."""
    return subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", "--rounds", "1", *arguments],
        cwd=TEMPLATE,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ).stdout


@pytest.mark.install
def test_requests_are_measured() -> None:
    """Three endpoints, each with the share that it keeps."""
    if shutil.which("wrk") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs wrk")
    assert len(figures("bench", "--seconds", "1").splitlines()) == 4


def test_bakes_are_measured() -> None:
    """Three templates, each as a multiple of the first."""
    assert len(figures("bake").splitlines()) == 3
