"""The curl lines that `make run` prints work in another terminal, and verify the CA."""

import json
import subprocess
from typing import Any

from tests.services import Service
from tests.smoke.checks import Checks


def check(service: Service, expect: Checks) -> None:
    """Run the lines: the first reads the caller, the second creates an item, the third lists it."""
    printed = service.log.read_text(encoding="utf-8").splitlines()
    lines = [line for line in printed if line.startswith("curl ")]
    expect("curl lines", len(lines), 3)
    caller, created, listed = (run_in_shell(line) for line in lines)
    expect("the first line reads the caller", "credential" in caller)
    expect("the second line creates an item", "id" in created)
    expect("the third line lists it", created in listed.get("items", []))
    page = [line for line in printed if line.endswith(f"{service.url}/docs")]
    expect("the address of the documentation", len(page), 1)


def run_in_shell(line: str) -> dict[str, Any]:
    """Return the JSON that the line prints, or an empty object."""
    shell = subprocess.run(["sh", "-c", line], check=False, capture_output=True)
    answer: dict[str, Any] = json.loads(shell.stdout or "{}")
    return answer
