"""The files of a service, or of the folder that it is rendered from."""

from pathlib import Path


def files(service: Path) -> dict[str, Path]:
    """Return every file of a service by its relative path."""
    return {
        path.relative_to(service).as_posix(): path for path in service.rglob("*") if path.is_file()
    }


def texts(service: Path) -> dict[str, str]:
    """Return the content of every file except secrets and certificates."""
    own = {name: path for name, path in files(service).items() if not name.startswith("certs/")}
    return {name: path.read_bytes().decode() for name, path in own.items() if name != ".env"}
