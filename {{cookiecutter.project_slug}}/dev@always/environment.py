"""Write ``.env`` once: a copy of ``.env.example`` in which every empty value is a fresh secret.

A line ``NAME=`` with nothing behind it asks for a secret; the others are copied as they are.
By hand: ``uv run python -m dev.environment``.
"""

import os
import re
from pathlib import Path

from . import secret_files

EMPTY_VALUE = re.compile(r"^(\w+=)$", re.MULTILINE)


def write(folder: Path) -> bool:
    """Write ``.env`` beside ``.env.example``, for its owner alone; tell whether it was missing.

    One that exists is never touched: its secrets are in use.
    """
    path = folder / ".env"
    if path.exists():
        return False
    # 256 bits each, as secrets.token_hex gives them; that import would slow every bake.
    text = (folder / ".env.example").read_text("utf-8")
    secret_files.write(path, EMPTY_VALUE.sub(lambda line: line[1] + os.urandom(32).hex(), text))
    return True


if __name__ == "__main__":
    written = write(Path(__file__).resolve().parent.parent)
    print("Wrote .env with fresh secrets." if written else ".env exists and stays as it is.")
