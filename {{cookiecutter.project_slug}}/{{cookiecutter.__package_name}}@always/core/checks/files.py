"""Who on this machine can read what holds a secret."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from flask import Flask

from .. import services
from ..database import engine
from ..diagnostics import Finding
from ..settings import ActiveSettings, Settings

OTHERS = 0o077


def private(app: Flask) -> Iterator[Finding]:
    """Find files with secrets, and a database, that others than their owner can read."""
    if os.name == "nt":
        return  # access lists there, and no such modes
    active_settings = services.get(app, ActiveSettings)
    settings = active_settings[Settings]
    key = active_settings.root / settings.server_certificate_key
    secret = {active_settings.root / ".env", key, key.with_name("ca-key.pem")}
    secret |= {Path(origin) for origin in active_settings.origins.values() if Path(origin).is_absolute()}
    for path in sorted(secret):
        if path.is_file() and path.stat().st_mode & OTHERS:
            yield Finding(f"others can read {path}", f"`chmod 600 {path}`")
    database = engine.file_of(settings.database_url)
    if database and database.is_file() and all(p.stat().st_mode & OTHERS for p in (database, database.parent)):
        severity: Literal["error", "warning"] = "error" if settings.production else "warning"
        yield Finding(f"others can read the database {database}", f"`chmod 700 {database.parent}`", severity)
