"""Create ``.env`` from ``.env.example``, with a new secret for each empty value.

A line ``NAME=`` without a value gets a secret; other lines are copied. By hand: ``uv run python -m dev.environment``.
"""

import os
import re
from pathlib import Path

from . import ROOT, secret_files

EMPTY_VALUE = re.compile(r"^(\w+)=$", re.MULTILINE)


def create(folder: Path) -> str | None:
    """Create ``.env`` with mode 0600, or add a secret for each empty name of the example that it lacks.

    Return a sentence if the file changed. Existing lines are never changed: the service uses their secrets. A symbolic
    link is kept, and its target gets the new lines.
    """
    path = folder / ".env"
    example = (folder / ".env.example").read_text("utf-8")
    if not os.path.lexists(path):
        secret_files.write(path, EMPTY_VALUE.sub(_with_secret, example))
        return "Created .env with new secrets."
    try:
        text = path.read_text("utf-8") if path.is_file() else None
    except (OSError, UnicodeDecodeError):
        text = None
    if text is None:
        return None  # the service reports the reason when it starts
    missing = [found for found in EMPTY_VALUE.finditer(example) if not _contains(text, found[1])]
    if not missing:
        return None
    secret_files.write(path.resolve(), "\n".join([text.rstrip("\n"), *map(_with_secret, missing), ""]))
    return f"Added new secrets to .env: {', '.join(found[1] for found in missing)}."


def _contains(text: str, name: str) -> bool:
    """Return whether a line sets the name or the path of its file, or is such a line in a comment."""
    return re.search(rf"^[# ]*(?:export )?{name}(?:_FILE)? *=", text, re.MULTILINE) is not None


def _with_secret(line: re.Match[str]) -> str:
    # 256 bits. The same as secrets.token_hex, without the time that its import takes.
    return f"{line[1]}={os.urandom(32).hex()}"


if __name__ == "__main__":
    print(create(ROOT) or ".env was not changed: it contains every secret of .env.example.")
