"""A service that cruft links to its template."""

from collections.abc import Mapping
from pathlib import Path

from tests.lifecycle.commands import run
from tests.lifecycle.files import change
from tests.template import copied


class Linked:
    """A service that cruft links to a git repository with the template."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        """Create and commit both."""
        self.environ = environ
        self.template = copied(folder / "template")
        self.commit(self.template, "One")
        self.run("cruft", "create", self.template, "--no-input", folder=folder)
        self.service = folder / "acme-api"
        self.commit(self.service, "As baked")

    def run(self, *command: str | Path, folder: Path | None = None, fails: bool = False) -> str:
        """Run a command, by default in the service's folder."""
        return run(self.environ, *command, folder=folder or self.service, fails=fails)

    def commit(self, folder: Path, message: str) -> None:
        """Commit all files."""
        if not (folder / ".git").exists():
            self.run("git", "init", "--quiet", "--initial-branch=main", folder=folder)
        self.run("git", "add", "--all", folder=folder)
        self.run("git", "commit", "--quiet", "--message", message, folder=folder)

    def change_template(self, name: str, old: str, new: str) -> None:
        """Commit a change of one file of the template."""
        (path,) = self.template.rglob(name)
        change(path, old, new)
        self.commit(self.template, f"Change {name}")
