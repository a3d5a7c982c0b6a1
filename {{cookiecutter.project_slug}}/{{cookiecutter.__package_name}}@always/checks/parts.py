"""Are the parts there that the service needs, and do they agree with it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask_alembic import Alembic
from sqlalchemy import func, select
from werkzeug.exceptions import ServiceUnavailable

from ..clock import now
from ..database import Moment, reading
from ..findings import Finding, NotLooked
from ..settings import InForce, Settings, of
from ..settings.limiter import BACKEND

SKEW = timedelta(seconds=5)


def migrated(app: Flask) -> Iterator[Finding]:
    """Find a database that is older or newer than the code."""
    alembic: Alembic = app.extensions["alembic"]
    try:
        with reading():
            pass
        if alembic.needs_upgrade():
            yield Finding("the tables are not those of this version", "`flask db upgrade`")
    except ServiceUnavailable:
        yield Finding("the database does not answer", "start it, or correct APP_DATABASE_URL")


def answering(app: Flask) -> Iterator[Finding]:
    """Find what does not answer, as ``/readyz`` does."""
    states: dict[str, str] = app.extensions["readiness"]()
    for name, state in states.items():
        if state != "ok":
            lacks = ", or has not its tables" if name == "database" else ""
            told = f"the {name} does not answer{lacks}"
            yield Finding(told, "start it, or correct its address", grave=name == "database")


def counting_together(app: Flask) -> Iterator[Finding]:
    """Find workers that each count alone, as they may while the storage that they share is away."""
    settings = of(app, Settings)
    if not BACKEND.shared and settings.server_workers > 1:
        yield Finding(
            f"{settings.server_workers} workers each keep counters of their own, so every limit is multiplied",
            "set `workers` to 1, or choose a limiter that is shared",
            settings.production,
        )
    elif app.extensions["readiness"]()["limiter"] != "ok":
        raise NotLooked("the limiter does not answer")


def clock(app: Flask) -> Iterator[Finding]:
    """Find a clock that is wrong: credentials would end too early or too late."""
    in_force: InForce = app.extensions["settings"]
    ours = now()
    saved = datetime.fromtimestamp((in_force.root / "settings.toml").stat().st_mtime, UTC)
    if saved > ours + SKEW:
        yield Finding("settings.toml was saved in the future", "set the clock, and keep it by NTP")
    with reading() as connection:
        theirs = connection.scalar(select(func.current_timestamp(type_=Moment)))
    if theirs is not None and abs(theirs - ours) > SKEW:
        yield Finding(f"the database's clock differs by {abs(theirs - ours)}", "set both by NTP")
