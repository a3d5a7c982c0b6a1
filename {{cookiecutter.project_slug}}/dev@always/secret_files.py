"""Write files that contain a secret."""

import os
import sys
from pathlib import Path


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file atomically.

    The temporary file is created with at most its final mode, so other users cannot read it at any moment. The umask
    does not restrict the final mode: containers may have to read the file.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    if sys.platform != "win32":
        os.fchmod(descriptor, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    temporary.replace(path)
