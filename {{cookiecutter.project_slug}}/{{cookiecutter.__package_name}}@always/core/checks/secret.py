"""Checks of the secrets: each has its own value, and only the owner can read the files that contain them."""

import os
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from .. import certificate, services
from ..database import engine
from ..diagnostics import Finding
from ..settings import ActiveSettings, Settings
from ..settings.fields import GENERATE_HINT, Secret

GROUP_AND_OTHERS = 0o077


def reused(app: Flask) -> Iterator[Finding]:
    """Report secrets with the same value: a leak of one is a leak of all of them."""
    active_settings = services.get(app, ActiveSettings)
    variables: dict[str, list[str]] = {}
    for name, value in active_settings.values.items():
        if value and isinstance(active_settings.fields[name].metadata["field"], Secret):
            variables.setdefault(value, []).append(f"APP_{name.upper()}")
    for names in variables.values():
        if len(names) > 1:
            yield Finding(f"{' and '.join(names)} have the same value", GENERATE_HINT)


def readable(app: Flask) -> Iterator[Finding]:
    """Report files with secrets, and a database file, that other users can read."""
    if os.name == "nt":
        return  # Windows has access control lists instead of modes
    active_settings = services.get(app, ActiveSettings)
    settings, (_, key) = active_settings[Settings], certificate.paths(active_settings)
    files = {active_settings.root / ".env", key, key.with_name("ca-key.pem")}
    files |= {Path(each.origin) for each in active_settings.raw.values() if Path(each.origin).is_absolute()}
    for path in sorted(files):
        if path.is_file() and path.stat().st_mode & GROUP_AND_OTHERS:
            yield Finding(f"other users can read {path}", f"`chmod 600 {path}`")
    database = engine.file_of(settings.database_url)
    if (
        database
        and database.is_file()
        and all(p.stat().st_mode & GROUP_AND_OTHERS for p in (database, database.parent))
    ):
        message, hint = f"other users can read the database {database}", f"`chmod 700 {database.parent}`"
        yield Finding(message, hint, "error" if settings.production else "warning")
