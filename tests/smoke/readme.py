"""What the start prints works when it is pasted into another terminal, the CA verified."""

import json
import subprocess
from typing import Any

from tests.services import Service
from tests.smoke.checks import Checks


def check(service: Service, expect: Checks) -> None:
    """Run the two lines: one makes an item, the other reads it back."""
    printed = service.log.read_text(encoding="utf-8").splitlines()
    lines = [line for line in printed if line.startswith("curl ")]
    expect("lines to paste", len(lines), 2)
    created, listed = (pasted(line) for line in lines)
    expect("the first makes an item", "id" in created)
    expect("the second reads it back", created in listed.get("items", []))


def pasted(line: str) -> dict[str, Any]:
    """Return the JSON that the line prints, or nothing."""
    shell = subprocess.run(["sh", "-c", line], check=False, capture_output=True)
    answer: dict[str, Any] = json.loads(shell.stdout or "{}")
    return answer
