"""Are the parts there that the service needs, and do they agree with it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import func, select
from werkzeug.exceptions import ServiceUnavailable

from .. import services
from ..clock import now
from ..database import Migrator, UTCDateTime, connect
from ..diagnostics import Finding, Skipped
from ..endpoints.health import Readiness
from ..settings import ActiveSettings, Settings, get_settings
from ..settings.storage import SHARED

SKEW = timedelta(seconds=5)


def migrated(app: Flask) -> Iterator[Finding]:
    """Find a branch of migrations whose head is not the revision in the database."""
    try:
        with connect() as connection:
            differences = services.get(app, Migrator).differences(connection)
    except ServiceUnavailable:
        yield Finding("the database does not answer", "start it, or correct APP_DATABASE_URL")
    else:
        for difference in differences:
            yield Finding(difference.message, difference.hint)


def answering(app: Flask) -> Iterator[Finding]:
    """Find what does not answer, as ``/readyz`` does."""
    states: dict[str, str] = services.get(app, Readiness)()
    for name, state in states.items():
        if state != "ok":
            lacks = ", or has not its tables" if name == "database" else ""
            told = f"the {name} does not answer{lacks}"
            yield Finding(told, "start it, or correct its address", "error" if name == "database" else "warning")


def counting_together(app: Flask) -> Iterator[Finding]:
    """Find workers that each count alone, as they may while the storage that they share is away."""
    settings = get_settings(app, Settings)
    if not SHARED and settings.server_workers > 1:
        yield Finding(
            f"{settings.server_workers} workers each count in their own memory, so every rate limit is multiplied",
            "set `workers` to 1, or choose a shared limiter storage",
            "error" if settings.production else "warning",
        )
    elif services.get(app, Readiness)()["limiter"] != "ok":
        raise Skipped("the limiter does not answer")


def clock(app: Flask) -> Iterator[Finding]:
    """Find a clock that is wrong: credentials would end too early or too late."""
    active_settings = services.get(app, ActiveSettings)
    ours = now()
    saved = datetime.fromtimestamp((active_settings.root / "settings.toml").stat().st_mtime, UTC)
    if saved > ours + SKEW:
        yield Finding("settings.toml was saved in the future", "set the clock, and keep it by NTP")
    with connect() as connection:
        theirs = connection.scalar(select(func.current_timestamp(type_=UTCDateTime)))
    if theirs is not None and abs(theirs - ours) > SKEW:
        yield Finding(f"the database's clock differs by {abs(theirs - ours)}", "set both by NTP")
