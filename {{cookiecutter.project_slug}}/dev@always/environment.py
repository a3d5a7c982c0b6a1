"""Create ``.env`` from ``.env.example``, with a new secret for each empty value.

A line ``NAME=`` without a value gets a secret; other lines are copied. By hand: ``uv run python -m dev.environment``.
"""

import os
import re
from pathlib import Path

from . import ROOT, secret_files

EMPTY_VALUE = re.compile(r"^(\w+=)$", re.MULTILINE)


def create(folder: Path) -> bool:
    """Create ``.env`` with mode 0600 if it is missing; return whether it was.

    An existing file is never changed: the service uses its secrets.
    """
    path = folder / ".env"
    if path.exists():
        return False
    # 256 bits each. The same as secrets.token_hex, whose import would slow down every bake.
    text = (folder / ".env.example").read_text("utf-8")
    secret_files.write(path, EMPTY_VALUE.sub(lambda line: line[1] + os.urandom(32).hex(), text))
    return True


if __name__ == "__main__":
    created = create(ROOT)
    print("Created .env with new secrets." if created else ".env exists and was not changed.")
