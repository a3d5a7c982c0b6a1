"""The credential that ``make run`` gives a developer: an API key, made once, used while it works.

The service itself keeps only a hash. Here the key stands in ``var/development.json``, which only
its owner can read and git ignores, so that the next start can print it again.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import secret_files

FILE = Path("var", "development.json")
OWNER = "developer"
SCOPES = "items:read items:write keys:manage"


def header(flask: Callable[..., str], call: Callable[..., Any]) -> str:
    """Give the request header that authenticates the developer, with a new key if need be.

    ``flask`` runs one of the service's commands and gives what it prints; ``call`` asks the service, whose database or
    secrets may be new ones.
    """
    kept = _kept()
    if kept and call("/api/v1/me", headers={"X-API-Key": kept}).status_code == 200:
        return f"X-API-Key: {kept}"
    options = ("--name", "development", "--owner", OWNER, "--scopes", SCOPES, "--json")
    made = json.loads(flask("keys", "create", *options))
    FILE.parent.mkdir(exist_ok=True)
    secret_files.write(FILE, json.dumps(made))
    return f"X-API-Key: {made['key']}"


def _kept() -> str:
    """Give the key that an earlier start left."""
    try:
        return str(json.loads(FILE.read_text("utf-8"))["key"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
