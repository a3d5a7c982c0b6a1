"""Write files that hold a secret."""

import os
from pathlib import Path


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Put a file in place at once and whole; others cannot read a secret in it at any moment.

    It is created with its mode, not changed to it, and never half-written under its own name.
    """
    new = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    new.replace(path)
