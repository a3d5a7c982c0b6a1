"""Code that runs in a new interpreter, because it tests what is imported."""

import os
import subprocess
import sys
from collections.abc import Mapping

from tests.core.package import ROOT


def printed(code: str, environ: Mapping[str, str]) -> str:
    """Run the code with these variables, and return the last line that it prints."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]
