"""Write migrations that pass the linter: ``flask db revision`` and ``flask db merge``."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic import command
from alembic.util import CommandError

from . import autogenerate

FILE_NAME = "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s_%%(rev)s"  # with % doubled for the configuration
# Ruff fixes and formats a new migration, where it is installed.
HOOKS = {
    "hooks": "lint, format",
    "lint.type": "module",
    "lint.module": "ruff",
    "lint.options": "check --fix-only --no-cache --quiet REVISION_SCRIPT_FILENAME",
    "format.type": "module",
    "format.module": "ruff",
    "format.options": "format --no-cache --quiet REVISION_SCRIPT_FILENAME",
}


def revision(migrator: Any, branch: str, message: str, *, empty: bool = False) -> Path:
    """Write a migration and return its file; the first one of a branch creates its root."""
    owner = migrator.branches[branch]
    heads = owner.heads()
    if len(heads) > 1:
        raise CommandError(f"The {branch} branch has several heads: run `flask db merge --branch {branch}`")
    if not empty:
        with migrator.engine.connect() as connection:
            if found := migrator.branches.differences(connection):
                raise CommandError(str(found[0]))
    owner.folder.mkdir(exist_ok=True)
    script: Any = command.revision(
        _config(migrator, branch),
        message,
        autogenerate=not empty,
        head=heads[0] if heads else "base",
        branch_label=None if heads else branch,
        version_path=owner.folder,
    )
    return Path(script.path)


def merge(migrator: Any, branch: str) -> Path:
    """Write a migration that joins the heads of one branch, and return its file."""
    heads = migrator.branches[branch].heads()
    if len(heads) < 2:
        raise CommandError(f"The {branch} branch has one head: nothing to merge")
    script: Any = command.merge(_config(migrator, branch), heads, f"merge {' and '.join(heads)}")
    return Path(script.path)


def _config(migrator: Any, branch: str) -> Any:
    config = migrator.config(branch, quiet=True, **autogenerate.OPTIONS)
    config.set_main_option("file_template", FILE_NAME)
    config.set_main_option("timezone", "UTC")
    for name, value in HOOKS.items() if find_spec("ruff") else ():
        config.set_section_option("post_write_hooks", name, value)
    return config
