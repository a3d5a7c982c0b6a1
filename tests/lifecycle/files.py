"""The files of a service before and after a bake or an update."""

from pathlib import Path


def contents(service: Path) -> dict[str, bytes]:
    """Return the content of every file of a service, without .git."""
    return {
        path.relative_to(service).as_posix(): path.read_bytes()
        for path in service.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(service).parts
    }


def is_secret(name: str) -> bool:
    """Return whether a file is created by the hook with random content."""
    return name == ".env" or name.startswith("certs/")


def secrets(service: Path) -> dict[str, bytes]:
    """Return the secrets and the certificates."""
    found = {name: text for name, text in contents(service).items() if is_secret(name)}
    assert len(found) >= 5
    return found


def change(path: Path, old: str, new: str) -> None:
    """Replace a string that occurs once in a file."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8", newline="\n")
