"""The credential that ``make run`` gives a developer: an API key, made once, used while it works.

The service itself keeps only a hash. Here the key stands in ``var/development.json``, which only
its owner can read and git ignores, so that the next start can print it again.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import private

FILE = Path("var", "development.json")
OWNER = "developer"
SCOPES = "items:read items:write keys:manage"


def header(flask: Callable[..., str]) -> str:
    """Give the request header that authenticates the developer, with a new key if need be.

    ``flask`` runs one of the service's commands and gives what it prints.
    """
    made = _kept()
    if not made or not _works(made["id"], flask):
        options = ("--name", "development", "--owner", OWNER, "--scopes", SCOPES, "--json")
        made = json.loads(flask("keys", "create", *options))
        FILE.parent.mkdir(exist_ok=True)
        private.write(FILE, json.dumps(made))
    return f"X-API-Key: {made['key']}"


def _kept() -> dict[str, str]:
    """Give the key that an earlier start left."""
    try:
        made = json.loads(FILE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {"id": str(made["id"]), "key": str(made["key"])}


def _works(identifier: str, flask: Callable[..., str]) -> bool:
    """Tell whether the database, which may be a new one, knows the key and lets it in."""
    for key in json.loads(flask("keys", "list", "--owner", OWNER, "--json")):
        if key["id"] == identifier:
            ends = datetime.fromisoformat(key["expires_at"])
            return key["revoked_at"] is None and ends > datetime.now(UTC)
    return False
