"""The development credential: an API key that is created once and used while it is valid.

The service stores only a hash. ``var/development.json``, with mode 0600 and ignored by git, keeps the key itself for
the next start.
"""

import json
from pathlib import Path

from . import secret_files, service
from .calls import quoted

FILE = Path("var", "development.json")
OWNER = "developer"


def credential() -> tuple[str, list[str]]:
    """Return the request header with the key, quoted for a shell, and lines to print (none).

    A key that is invalid or has other scopes is replaced: the database, the secrets or the scopes may have changed.
    """
    saved = _saved()
    response = service.request("/api/v1/me", headers={"X-API-Key": saved.get("key", "")})
    if response.status_code != 200 or set(response.get_json()["scopes"]) != set(service.scopes()):
        if response.status_code == 200:
            service.flask("keys", "revoke", saved["id"])
        saved = _create()
    return quoted(f"X-API-Key: {saved['key']}"), []


def _create() -> dict[str, str]:
    """Create a key and save it."""
    options = ("--name", "development", "--owner", OWNER, "--json")
    created: dict[str, str] = json.loads(service.flask("keys", "create", *options, *service.scopes_option()))
    FILE.parent.mkdir(exist_ok=True)
    secret_files.write(FILE, json.dumps(created))
    return created


def _saved() -> dict[str, str]:
    """Return the id and the key of an earlier start, or nothing if the file is missing or invalid."""
    try:
        saved = json.loads(FILE.read_text("utf-8"))
        return {"id": str(saved["id"]), "key": str(saved["key"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
