"""Who on this machine can read what holds a secret."""

import os
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from sqlalchemy.engine import make_url

from ..findings import Finding
from ..settings import InForce, Settings

OTHERS = 0o077


def private(app: Flask) -> Iterator[Finding]:
    """Find files with secrets, and a database, that others than their owner can read."""
    if os.name == "nt":
        return  # access lists there, and no such modes
    in_force: InForce = app.extensions["settings"]
    settings = in_force[Settings]
    key = in_force.root / settings.server_certificate_key
    secret = {in_force.root / ".env", key, key.with_name("ca-key.pem")}
    secret |= {Path(origin) for origin in in_force.origins.values() if Path(origin).is_absolute()}
    for path in sorted(secret):
        if path.is_file() and path.stat().st_mode & OTHERS:
            yield Finding(f"others can read {path}", f"`chmod 600 {path}`")
    url = make_url(settings.database_url)
    if url.drivername.startswith("sqlite") and url.database:
        file = Path(url.database).absolute()
        if file.is_file() and file.stat().st_mode & OTHERS and file.parent.stat().st_mode & OTHERS:
            yield Finding(f"others can read the database {file}", f"`chmod 700 {file.parent}`", settings.production)
